import { millis, type Instant, type Timer } from '@interlock/kernel'
import type { Charger } from './core/charger.ts'
import { keep, type Context, type MeterValue } from './core/meter-values.ts'
import type { Draft } from './core/transaction.ts'
import type { DeviceModel } from './device-model/model.ts'
import { measure, type Measuring } from './measuring.ts'
import type { Station } from './station.ts'

/** J01 and J02: what is measured when, as SampledDataCtrlr and AlignedDataCtrlr say. */
export type Metering = {
  resume(): void
  /** F06: the present values, because the CSMS asked. */
  trigger(): Promise<void>
  close(): void
}

const dayMillis = 24 * 3_600_000

export function createMetering(station: Station): Metering {
  const { deps, keeper, charging, model, mode } = station
  const { clock } = deps
  const timers = new Map<string, Timer>()

  /** Every so many seconds; aligned to the clock, counted from midnight UTC (J01.FR.06). */
  const repeat = (
    label: string,
    seconds: () => number,
    aligned: boolean,
    work: () => void,
  ): void => {
    timers.get(label)?.cancel()
    const period = seconds() * 1000
    if (period <= 0) return
    const wait = aligned ? period - ((clock.now() % dayMillis) % period) : period
    const timer = clock.after(millis(wait), label, () => {
      repeat(label, seconds, aligned, work)
      work()
    })
    timers.set(label, timer)
  }

  const send = async (
    measurands: readonly string[],
    context: Context,
    solicited = false,
  ): Promise<void> => {
    const measuring = measure(station)
    const { charger, transaction } = keeper.memory
    const transactionId = transaction?.id
    const value = measuring.read(charger, {
      measurands,
      context,
      now: clock.now(),
      ...(transactionId !== undefined && { transactionId }),
    })
    if (value === undefined) return
    const set = measuring.change()
    if (set.signing !== undefined) keeper.commit({ set })
    const payload = { evseId: station.evse, meterValue: [value] as [MeterValue] }
    await station.caller.call('MeterValues', payload, { solicited })
  }
  const report = (measurands: readonly string[], context: Context): void => {
    if (!station.caller.online()) return
    void station.background('MeterValues', () => send(measurands, context))
  }

  const sample = (): void => {
    if (!model.setting('SampledDataCtrlr', 'Enabled')) return
    if (keeper.memory.transaction !== undefined)
      charging.update(undefined, { trigger: 'MeterValuePeriodic' })
    else if (mode === 'supervised') report(updatedMeasurands(station), 'Sample.Periodic')
  }

  const align = (): void => {
    if (!model.setting('AlignedDataCtrlr', 'Enabled')) return
    const idle = keeper.memory.transaction === undefined
    if (idle) return report(model.setting('AlignedDataCtrlr', 'Measurands'), 'Sample.Clock')
    // J01.FR.20: asked for while idle only.
    if (!model.setting('AlignedDataCtrlr', 'SendDuringIdle'))
      charging.update(undefined, { trigger: 'MeterValueClock' })
  }

  /** Kept for the last event of the transaction (J01.FR.04, J02.FR.04). */
  const collect = (controller: Controller, context: Context) => (): void => {
    const { transaction, charger, kept } = keeper.memory
    if (transaction === undefined || !model.setting(controller, 'Enabled')) return
    const measurands = model.setting(controller, 'TxEndedMeasurands')
    const measuring = measure(station)
    const now = clock.now()
    const value = measuring.read(charger, {
      measurands,
      context,
      now,
      transactionId: transaction.id,
    })
    if (value !== undefined)
      keeper.commit({ set: { ...measuring.change(), kept: keep(kept, value) } })
  }

  const begin = (): void => {
    const every = (controller: Controller, variable: 'TxEndedInterval') => () =>
      model.setting(controller, variable)
    repeat('meter', () => model.setting('SampledDataCtrlr', 'TxUpdatedInterval'), false, sample)
    repeat('meter-clock', () => model.setting('AlignedDataCtrlr', 'Interval'), true, align)
    repeat(
      'meter-ended',
      every('SampledDataCtrlr', 'TxEndedInterval'),
      false,
      collect('SampledDataCtrlr', 'Sample.Periodic'),
    )
    repeat(
      'meter-clock-ended',
      every('AlignedDataCtrlr', 'TxEndedInterval'),
      true,
      collect('AlignedDataCtrlr', 'Sample.Clock'),
    )
  }
  model.onSet((name) => {
    if (name.startsWith('SampledDataCtrlr.') || name.startsWith('AlignedDataCtrlr.')) begin()
  })

  return {
    resume: begin,
    trigger: () => send(updatedMeasurands(station), 'Trigger', true),
    close() {
      for (const timer of timers.values()) timer.cancel()
    },
  }
}

type Controller = 'SampledDataCtrlr' | 'AlignedDataCtrlr'

/** A supervised station also says what its frequency meter reads. */
const updatedMeasurands = ({ model, mode }: Station): readonly string[] => {
  const given = model.setting('SampledDataCtrlr', 'TxUpdatedMeasurands')
  return mode === 'supervised' ? [...new Set([...given, 'Frequency'])] : given
}

type Occasion = { readonly measurands: readonly string[]; readonly context: Context }

/** Which values an event carries besides those that were kept. */
function occasionOf(station: Station, { trigger, eventType, places }: Draft): Occasion | undefined {
  const { model, mode } = station
  const updated = updatedMeasurands(station)
  const plain = (): Occasion | undefined =>
    mode === 'supervised' ? { measurands: updated, context: 'Other' } : undefined
  const begin: Occasion = {
    measurands:
      mode === 'supervised' ? updated : model.setting('SampledDataCtrlr', 'TxStartedMeasurands'),
    context: 'Transaction.Begin',
  }
  if (eventType === 'Ended') return undefined
  if (trigger === 'MeterValuePeriodic') return { measurands: updated, context: 'Sample.Periodic' }
  if (trigger === 'MeterValueClock')
    return {
      measurands: model.setting('AlignedDataCtrlr', 'Measurands'),
      context: 'Sample.Clock',
    }
  if (trigger === 'Trigger') return { measurands: updated, context: 'Trigger' }
  return places ? begin : plain()
}

/** The meter values of an event (J02.FR.02 … J02.FR.04, E01.FR.16). */
export function valuesOf(
  station: Station,
  draft: Draft,
  charger: Charger,
  measuring: Measuring,
  now: Instant,
): readonly MeterValue[] {
  const transactionId = draft.transaction.id
  if (draft.eventType === 'Ended') {
    const measurands =
      station.mode === 'supervised' ? updatedMeasurands(station) : endedMeasurands(station.model)
    const context = 'Transaction.End'
    const last = measuring.read(charger, { measurands, context, now, transactionId })
    return [...station.keeper.memory.kept, ...(last === undefined ? [] : [last])]
  }
  const occasion = occasionOf(station, draft)
  if (occasion === undefined) return []
  const value = measuring.read(charger, { ...occasion, now, transactionId })
  return value === undefined ? [] : [value]
}

const endedMeasurands = (model: DeviceModel): readonly string[] =>
  model.setting('SampledDataCtrlr', 'Enabled')
    ? model.setting('SampledDataCtrlr', 'TxEndedMeasurands')
    : []
