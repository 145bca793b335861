import { toIso, type Instant } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import { socPercent } from '../hardware/vehicle.ts'
import { registerWattHours, type Charger } from './charger.ts'

export type MeterValue = NonNullable<Request<'TransactionEvent'>['meterValue']>[number]
type Sampled = MeterValue['sampledValue'][number]
export type Context = NonNullable<Sampled['context']>
export type Measurand = NonNullable<Sampled['measurand']>
export type SignedMeterValue = NonNullable<Sampled['signedMeterValue']>

/** Of a nominal British supply; the simulated one is steady. */
export const supplyVolts = 230

/** What there is to measure. */
export type Metered = {
  readonly charger: Charger
  readonly phases: number
  readonly frequencyHertz?: number
  /** The register at the reading before, for interval measurands. */
  readonly previousWattHours?: number
  /** Signs a register value, where the meter can (J01.FR.21, J02.FR.21). */
  readonly sign?: (wattHours: number) => SignedMeterValue
}

type Reading = { readonly value: number; readonly unit: string }
type Reader = (metered: Metered, now: Instant) => Reading | undefined

const amps = (watts: number, phases: number): number =>
  Math.round((watts / (supplyVolts * phases)) * 100) / 100

/** One row a measurand that the simulated meter has. */
const readers: Partial<Readonly<Record<Measurand, Reader>>> = {
  'Energy.Active.Import.Register': ({ charger }, now) => ({
    value: registerWattHours(charger, now),
    unit: 'Wh',
  }),
  'Energy.Active.Import.Interval': ({ charger, previousWattHours }, now) => {
    const register = registerWattHours(charger, now)
    return { value: register - (previousWattHours ?? register), unit: 'Wh' }
  },
  'Power.Active.Import': ({ charger }) => ({ value: charger.meter.powerWatts, unit: 'W' }),
  'Power.Offered': ({ charger }) => ({ value: charger.applied.watts, unit: 'W' }),
  'Current.Import': ({ charger, phases }) => ({
    value: amps(charger.meter.powerWatts, charger.vehicle?.phases ?? phases),
    unit: 'A',
  }),
  'Current.Offered': ({ charger, phases }) => ({
    value: amps(charger.applied.watts, phases),
    unit: 'A',
  }),
  Voltage: () => ({ value: supplyVolts, unit: 'V' }),
  Frequency: ({ frequencyHertz }) =>
    frequencyHertz === undefined ? undefined : { value: frequencyHertz, unit: 'Hz' },
  SoC: ({ charger }) =>
    charger.vehicle?.battery === undefined
      ? undefined
      : { value: Math.round(socPercent(charger.vehicle.battery)), unit: 'Percent' },
}

/** One value for each measurand that can be read; absent when there is none (J02.FR.11). */
export function meterValue(
  measurands: readonly string[],
  metered: Metered,
  now: Instant,
  context: Context,
): MeterValue | undefined {
  const values = measurands.flatMap((name): Sampled[] => {
    const measurand = name as Measurand
    const reading = readers[measurand]?.(metered, now)
    if (reading === undefined) return []
    const signedMeterValue =
      measurand === 'Energy.Active.Import.Register' ? metered.sign?.(reading.value) : undefined
    return [
      {
        value: reading.value,
        measurand,
        unitOfMeasure: { unit: reading.unit },
        context,
        ...(signedMeterValue === undefined ? {} : { signedMeterValue }),
      },
    ]
  })
  const [first, ...others] = values
  return first === undefined
    ? undefined
    : { timestamp: toIso(now), sampledValue: [first, ...others] }
}

/** At most so many of the values that are kept for a transaction's last event. */
export const keptValuesMax = 200

/** With one more; when there is no room, every second one goes, and the rest spans as long. */
export function keep(values: readonly MeterValue[], next: MeterValue): readonly MeterValue[] {
  const all = [...values, next]
  return all.length <= keptValuesMax ? all : all.filter((_, at) => at % 2 === 0)
}
