import type { MeterValueType } from '@interlock/ocpp'

/** The latest of each quantity in a message's meter values. */
export type Samples = {
  readonly powerWatts?: number
  readonly registerWattHours?: number
  readonly hertz?: number
}

const fields = {
  'Power.Active.Import': 'powerWatts',
  'Energy.Active.Import.Register': 'registerWattHours',
  Frequency: 'hertz',
} as const

/** Beyond it no meter counts and no installation draws; sums of what is below stay exact enough. */
export const sampleMax = 1e12

/** Units may be written in thousands (`kWh`) or with a power of ten as multiplier (Part 2 §3.53). */
export function samplesOf(values: readonly MeterValueType[] | undefined): Samples {
  const found: { -readonly [Name in keyof Samples]: Samples[Name] } = {}
  for (const value of values ?? []) {
    for (const sample of value.sampledValue) {
      const measurand = sample.measurand ?? 'Energy.Active.Import.Register'
      const field = fields[measurand as keyof typeof fields]
      // A single phase is not the whole.
      if (field === undefined || sample.phase !== undefined || sample.location === 'Body') continue
      const unit = sample.unitOfMeasure?.unit ?? ''
      const scale =
        10 ** (sample.unitOfMeasure?.multiplier ?? 0) * (unit.startsWith('k') ? 1000 : 1)
      const quantity = sample.value * scale
      if (Math.abs(quantity) <= sampleMax) found[field] = quantity
    }
  }
  return found
}

/** Lowest and highest register of a message, Wh. */
export type Registers = { readonly lowest: number; readonly highest: number }

/** One message may tell all that was read, as an end does that comes with the readings since the start. */
export function registersOf(values: readonly MeterValueType[] = []): Registers | undefined {
  let found: Registers | undefined
  for (const value of values) {
    const { registerWattHours: read } = samplesOf([value])
    if (read === undefined) continue
    const { lowest, highest } = found ?? { lowest: read, highest: read }
    found = { lowest: Math.min(lowest, read), highest: Math.max(highest, read) }
  }
  return found
}
