import { feederShownLimits } from '@interlock/contract'
import type { Eui64, Instant } from '@interlock/kernel'

/** What came of one round. */
export type RoundOutcome<Problem> = {
  readonly at: Instant
  /** How many its sum is of; 0 where there is none. */
  readonly stations: number
  /** Who sent no reading. */
  readonly missing: readonly Eui64[]
  readonly problem: Problem | undefined
}

/** The latest, oldest first; of one round the last word counts. */
export type RoundOutcomes<Problem> = {
  note(outcome: RoundOutcome<Problem>): void
  readonly latest: readonly RoundOutcome<Problem>[]
}

export function roundOutcomes<Problem>(): RoundOutcomes<Problem> {
  let latest: readonly RoundOutcome<Problem>[] = []
  return {
    note(outcome) {
      const others = latest.filter(({ at }) => at !== outcome.at)
      latest = [...others, outcome].slice(-feederShownLimits.roundsMax)
    },
    get latest() {
      return latest
    },
  }
}
