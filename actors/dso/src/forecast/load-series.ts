import { assert, type Instant } from '@interlock/kernel'

/** OSCP capacity is divided by these; a day has 96. */
export const blockMillis = 15 * 60_000
export const blocksPerDay = 96

/**
 * Mean active power of one feeder, block after block, in watts; `undefined` where the meter said
 * nothing. `from` is the start of the first block, on a quarter of an hour.
 */
export type LoadSeries = {
  readonly from: Instant
  readonly watts: readonly (number | undefined)[]
}

/** The load without that of vehicles, whose sum is known: what is to be forecast. */
export function withoutVehicles(feeder: LoadSeries, vehicles: LoadSeries): LoadSeries {
  assert(feeder.from === vehicles.from, 'both series begin together')
  const watts = feeder.watts.map((all, at) => {
    const some = vehicles.watts[at]
    return all === undefined || some === undefined ? undefined : all - some
  })
  return { from: feeder.from, watts }
}

/** The series as it was known when block `length` began. */
export const known = (series: LoadSeries, length: number): LoadSeries => ({
  from: series.from,
  watts: series.watts.slice(0, length),
})

export const mean = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length
