import { ok, type Eui64, type Outcome } from '@interlock/kernel'
import type { Closing } from './closing.ts'
import type { History } from './differencing.ts'
import { feederRound, type RoundProblem } from './feeder-round.ts'
import { forBoth, type MaskedBoth, type Quantities } from './quantities.ts'
import type { GroupRules, Roster } from './roster.ts'

/** One round at the aggregator, of both quantities over one set of stations. */
export type QuantityRound = {
  readonly round: number
  reading(station: Eui64, message: MaskedBoth): Outcome<undefined, RoundProblem>
  close(): Outcome<{ readonly closing: Closing; readonly history: History }, RoundProblem>
  unmasking(station: Eui64, message: MaskedBoth): Outcome<undefined, RoundProblem>
  sums(): Outcome<Quantities<bigint>, RoundProblem>
  /** Who has sent a reading. */
  readonly answered: ReadonlySet<Eui64>
  /** Whose readings are summed; none until the round is closed. */
  readonly present: readonly Eui64[]
  /** Of those that are summed, who has not unmasked yet. */
  silent(): readonly Eui64[]
}

export function quantityRound(
  round: number,
  roster: Roster,
  rules: GroupRules,
  before: History,
): QuantityRound {
  const rounds = forBoth(() => feederRound(round, roster, rules, before))
  const answered = new Set<Eui64>()
  const unmasked = new Set<Eui64>()
  let present: readonly Eui64[] = []

  /** Whatever refuses the one refuses the other: they are told the same, in the same order. */
  const take = (
    step: 'reading' | 'unmasking',
    station: Eui64,
    { round: of, values }: MaskedBoth,
    heard: Set<Eui64>,
  ): Outcome<undefined, RoundProblem> => {
    const taken = rounds.watts[step]({ station, round: of, value: values.watts })
    if (!taken.ok) return taken
    heard.add(station)
    return rounds.wattHours[step]({ station, round: of, value: values.wattHours })
  }

  return {
    round,
    answered,
    get present() {
      return present
    },
    reading: (station, message) => take('reading', station, message, answered),
    unmasking: (station, message) => take('unmasking', station, message, unmasked),
    close() {
      const closed = rounds.watts.close()
      const other = rounds.wattHours.close()
      if (!closed.ok) return closed
      if (!other.ok) return other
      present = closed.value.closing.present
      return closed
    },
    silent: () => present.filter((each) => !unmasked.has(each)),
    sums() {
      const [watts, wattHours] = [rounds.watts.sum(), rounds.wattHours.sum()]
      if (!watts.ok) return watts
      if (!wattHours.ok) return wattHours
      return ok({ watts: watts.value, wattHours: wattHours.value })
    },
  }
}
