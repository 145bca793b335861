import type { Eui64, Instant } from '@interlock/kernel'

/** What a station's meter counted from `from` until `until`, both directions apart. */
export type MeterInterval = {
  readonly from: Instant
  readonly until: Instant
  /** From the grid into the vehicle. */
  readonly importWattHours: number
  /** From the vehicle into the grid. */
  readonly exportWattHours: number
  /** Not measured in this interval: divided from a longer one. */
  readonly isEstimated: boolean
}

/** One station's intervals, in the order of time. */
export type MeterHistory = { readonly station: Eui64; readonly intervals: readonly MeterInterval[] }
