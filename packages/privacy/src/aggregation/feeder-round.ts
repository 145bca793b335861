import { ok, refused, type Eui64, type Outcome } from '@interlock/kernel'
import type { Closing } from './closing.ts'
import {
  admitSet,
  chooseSet,
  recent,
  windowOf,
  type History,
  type SetProblem,
} from './differencing.ts'
import { withTold, type Masked } from './masked-reading.ts'
import type { GroupRules, Roster } from './roster.ts'

export type RoundProblem =
  | 'RoundOther'
  | 'NotInRoster'
  | 'Repeated'
  /** The set has been told: what comes later would stand beside the sum without it. */
  | 'RoundClosed'
  | 'RoundOpen'
  | 'NotPresent'
  /** A station sent its reading and not what unmasks it: this round has no sum. */
  | 'UnmaskingMissing'
  /** Out of the range of any true sum: some station's masks or keys are wrong. */
  | 'SumImplausible'
  | SetProblem

/** One round at the aggregator: readings, then the set, then what unmasks their sum. */
export type FeederRound = {
  reading(message: Masked): Outcome<undefined, RoundProblem>
  /** No more readings. Whoever calls keeps `history` for the next round. */
  close(): Outcome<{ readonly closing: Closing; readonly history: History }, RoundProblem>
  unmasking(message: Masked): Outcome<undefined, RoundProblem>
  /** Sum of the readings of those present, as a signed number. */
  sum(): Outcome<bigint, RoundProblem>
}

export function feederRound(
  round: number,
  roster: Roster,
  rules: GroupRules,
  before: History,
): FeederRound {
  const members = new Set(roster.members)
  const readings = new Map<Eui64, bigint>()
  const unmaskings = new Map<Eui64, bigint>()
  let present: readonly Eui64[] | undefined
  return {
    reading({ station, round: of, value }) {
      if (of !== round) return refused('RoundOther', `${of}`)
      if (!members.has(station)) return refused('NotInRoster', station)
      if (present !== undefined) return refused('RoundClosed', station)
      if (readings.has(station)) return refused('Repeated', station)
      readings.set(station, value)
      return ok(undefined)
    },
    close() {
      if (present !== undefined) return refused('RoundClosed')
      const window = windowOf(round, rules)
      const earlier = recent(before, window)
      const chosen = chooseSet(earlier, new Set(readings.keys()), roster, rules)
      const admitted = admitSet(earlier, chosen, roster, rules)
      if (!admitted.ok) return admitted
      present = chosen
      const closing = { round, present: chosen, earlier }
      return ok({ closing, history: withTold(earlier, window, chosen) })
    },
    unmasking({ station, round: of, value }) {
      if (of !== round) return refused('RoundOther', `${of}`)
      if (present === undefined) return refused('RoundOpen')
      if (!present.includes(station)) return refused('NotPresent', station)
      if (unmaskings.has(station)) return refused('Repeated', station)
      unmaskings.set(station, value)
      return ok(undefined)
    },
    sum() {
      if (present === undefined) return refused('RoundOpen')
      const silent = present.find((each) => !unmaskings.has(each))
      if (silent !== undefined) return refused('UnmaskingMissing', silent)
      let total = 0n
      for (const each of present) total += (readings.get(each) ?? 0n) + (unmaskings.get(each) ?? 0n)
      const sum = BigInt.asIntN(64, total)
      const most = BigInt(present.length) * rules.readingMax
      return sum > most || sum < -most ? refused('SumImplausible', `${sum}`) : ok(sum)
    },
  }
}
