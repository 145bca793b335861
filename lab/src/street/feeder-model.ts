import { instant, millis, type Instant } from '@interlock/kernel'
import { ratingWatts } from './address-book.ts'

/** The feeder that a street is on, and what it carries besides the chargers; simulated. */
export type FeederModel = {
  readonly ratedWatts: number
  /** What all chargers together may draw by contract. */
  readonly contractedWatts: number
  /** Mean load without chargers of the quarter of an hour that begins there; whole watts. */
  readonly restWatts: (from: Instant) => number
}

export const feederBlockMillis = millis(15 * 60_000)

/** Households per charger, hour by hour from midnight, in watts: winter, with a peak at six. */
const hourlyWatts = [
  1_100, 950, 900, 900, 900, 950, 1_200, 1_700, 1_900, 1_700, 1_600, 1_600, 1_700, 1_700, 1_600,
  1_800, 2_400, 3_400, 4_200, 3_800, 3_200, 2_700, 2_100, 1_500,
] as const
const peakWatts = 4_000
/** Each quarter of an hour is by so much off that curve, at the most. */
const unrest = 0.04

/**
 * A feeder with room for all chargers by contract, and at the evening's peak for hardly more. No block is
 * above the peak of the curve, so the worst that is known is the same every day.
 */
export function streetFeeder(chargers: number): FeederModel {
  return {
    ratedWatts: chargers * 12_000,
    contractedWatts: chargers * ratingWatts,
    restWatts(from) {
      const hours = (from / 3_600_000) % 24
      const before = hourlyWatts[Math.floor(hours)] ?? peakWatts
      const after = hourlyWatts[(Math.floor(hours) + 1) % 24] ?? peakWatts
      const curve = before + (after - before) * (hours % 1)
      const off = 1 + unrest * (2 * scattered(from / feederBlockMillis) - 1)
      return Math.round(chargers * Math.min(peakWatts, curve * off))
    },
  }
}

/** From 0 to 1, the same for the same number: weather and habits, as far as a simulation needs them. */
const scattered = (number: number): number => (Math.imul(number, 2_654_435_761) >>> 0) / 2 ** 32

export const feederBlockOf = (at: Instant): Instant =>
  instant(Math.floor(at / feederBlockMillis) * feederBlockMillis)
