import type { BreachShown } from '@interlock/contract'
import type { Breach } from './breach.ts'

/** What is wrong, in words; the figures are beside them. */
export const breachWords: Readonly<Record<Breach['kind'], string>> = {
  FeederOverloaded: 'the feeder carried more than it is rated for',
  AllotmentsExceeded: 'more came than load, its margin and all allotments together can be',
  AllotmentExceeded: 'by its own word it used more than it had',
  ReportsContradicted: 'all have said what they used, and the meter says that somebody used more',
}

/**
 * A breach for people. How much a provider's own report was above its allotment, or all reports were below the meter,
 * is left out: from that and the allotment follows the report, which may be of few homes; and a sum less a
 * report may be of one.
 */
export function breachShown(breach: Breach): BreachShown {
  const { kind } = breach
  return {
    reason: kind,
    words: breachWords[kind],
    excessWatts:
      kind === 'FeederOverloaded' || kind === 'AllotmentsExceeded' ? breach.excessWatts : null,
    providers: [...providersIn(breach)],
  }
}

/** Whom it names. */
export function providersIn(breach: Breach): readonly string[] {
  if (breach.kind === 'AllotmentExceeded') return [breach.operator]
  return breach.kind === 'AllotmentsExceeded' ? breach.suspects : []
}
