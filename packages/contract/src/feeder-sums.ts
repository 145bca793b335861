import { inMinutes } from '@interlock/kernel'

/** How large the parts of a feeder's sums may be. */
export const feederSumLimits = {
  membersMax: 1_000,
  /** Sets of stations told in two windows; one more would be refused. */
  toldMax: 32,
} as const

/**
 * What a feeder's sums may tell. Every station has these from here, and none from the operator that adds
 * up: `docs/decisions/feeder-sums.md`.
 */
export const feederSumRules = {
  /** Fewest honest stations that a number may be about. */
  honestMin: 5,
  /** Most stations that may conspire with whoever adds up. */
  coalitionMax: 2,
  roundMillis: inMinutes(1),
  /** A half-hour: what is summed of one shares a window with the powers during it, or is next to it. */
  roundsPerWindow: 30,
  /** In watts, and in watt-hours of a half-hour. */
  readingMax: 1_000_000n,
} as const

/** When in its round each step is done, after the round's beginning. Clocks may differ by the first. */
export const feederSumTimes = {
  /** Readings are sent from here on, */
  readingsFromMillis: 5_000,
  /** spread over so long, that a region's stations do not all speak at once. */
  spreadMillis: 10_000,
  /** Who has not been heard by then is left out. */
  closingMillis: 30_000,
  /** Who has not unmasked by then leaves the round without a sum. */
  endMillis: 55_000,
  /** Keys and rosters are said again, so that they are among what is kept. */
  repeatMillis: 6 * 3_600_000,
  /** A roster that stations join or leave waits so long after the last; one with a wrong member does not. */
  rosterMillisMin: 24 * 3_600_000,
} as const
