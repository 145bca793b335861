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

/** What an operator's own people see of a feeder's sums (PF15). Times as ISO 8601. */
export type FeederSumsShown = {
  readonly group: string
  readonly status: {
    readonly phase: 'idle' | 'readings' | 'unmasking' | 'over'
    readonly answered: number
    readonly members: number
    readonly roster: number | null
    readonly round: number | null
    /** Why there is no sum at present. */
    readonly problem: SumProblemShown | null
    /** Stations that were found to mask wrongly: left out until they have another key. */
    readonly excluded: readonly string[]
  }
  readonly powers: readonly {
    readonly at: string
    readonly watts: number
    readonly stations: number
  }[]
  readonly energies: readonly {
    readonly from: string
    readonly wattHours: number
    readonly stations: number
  }[]
}
export type SumProblemShown = {
  readonly reason: string
  readonly words: string
  readonly detail: string | null
}
