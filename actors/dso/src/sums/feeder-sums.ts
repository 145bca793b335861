import { feederSumTimes, type Masked, type MaskRoster, type MaskRound } from '@interlock/contract'
import { instant, refused, type Eui64, type Instant, type Outcome } from '@interlock/kernel'
import {
  quantityRound,
  readMasked,
  recent,
  roundAt,
  windowOf,
  writeClosing,
  type GroupRules,
  type QuantityRound,
  type Roster,
  type RoundProblem,
  type sumProblemWords,
  type SumMessageProblem,
} from '@interlock/privacy'
import { createAudits } from './audits.ts'
import { nextRoster, rosterDue, rosterOf, type RosterNeed } from './roster-keeping.ts'
import { roundOutcomes, type RoundOutcome } from './round-outcomes.ts'
import { halfHourBefore, type SumStore } from './sum-store.ts'

/** What the operator notes about its sums. */
export type SumNote =
  | 'RosterTold'
  /** Too few stations have a key, or could be summed. */
  | 'RosterTooSmall'
  | 'RoundWithoutSum'
  /** Who masks wrongly, as far as an audit shows it. */
  | 'MasksAudited'

export type FeederSumsOptions = {
  /** `<region>/<feeder>`. */
  readonly feeder: string
  readonly stations: readonly Eui64[]
  readonly rules: GroupRules
  readonly store: SumStore
  readonly say: (...said: ['maskRoster', MaskRoster] | ['maskRound', MaskRound]) => void
  readonly note: (note: SumNote, detail: object) => void
}

export type HearProblem = RoundProblem | SumMessageProblem | 'NoRound'

export type SumStatus = {
  readonly roster: number | undefined
  readonly members: number
  readonly round: number | undefined
  readonly phase: 'idle' | 'readings' | 'unmasking' | 'over'
  readonly answered: number
  readonly problem: SumProblem | undefined
  /** Stations whose key was found to mask wrongly. */
  readonly excluded: readonly Eui64[]
  /** What came of the latest rounds, oldest first. */
  readonly rounds: readonly RoundOutcome<SumProblem>[]
}
export type SumProblem = {
  readonly reason: keyof typeof sumProblemWords
  readonly detail: string | undefined
}

/** The sums of one feeder: whom they are of, and round by round what comes of it. */
export type FeederSums = {
  /** A station's key, by SHA-256 of it. */
  key(station: Eui64, key: string, now: Instant): void
  hear(station: Eui64, payload: Masked, now: Instant): Outcome<undefined, HearProblem>
  /** Does what is due; to be called when a round begins, and when one of its steps ends. */
  look(now: Instant): void
  status(): SumStatus
}

type Open = {
  readonly of: QuantityRound
  readonly roster: Roster
  phase: 'readings' | 'unmasking' | 'over'
}

export function feederSums(options: FeederSumsOptions, since: Instant): FeederSums {
  const { feeder, stations, rules, store, say, note } = options
  const need: RosterNeed = { feeder, stations, rules, store, since }
  const audits = createAudits({ rules, store, say, note })
  let open: Open | undefined
  let roster = store.roster && rosterNow()
  let saidAt: Instant | undefined
  let problem: SumProblem | undefined
  const outcomes = roundOutcomes<SumProblem>()
  const startOf = (round: number): number => round * rules.roundMillis

  function rosterNow(): Roster | undefined {
    const held = store.roster && rosterOf(feeder, store.roster, rules)
    return held?.ok === true ? held.value : undefined
  }

  function keepRoster(now: Instant): void {
    const members = rosterDue(need, now)
    if (members !== undefined) {
      const next = nextRoster(members, store.roster, now)
      const made = rosterOf(feeder, next, rules)
      if (!made.ok) return failed('RosterTooSmall', made.reason, made.detail)
      store.tell(next)
      roster = made.value
      saidAt = undefined
      problem = undefined
      note('RosterTold', { version: next.version, members: members.length })
    }
    const isDue = saidAt === undefined || now >= saidAt + feederSumTimes.repeatMillis
    if (store.roster === undefined || !isDue) return
    const { version, members: told } = store.roster
    say('maskRoster', { version, members: told.map((each) => ({ ...each })) })
    saidAt = now
  }

  /** Noted once, until something else is wrong or it is over. */
  function failed(as: SumNote, reason: SumProblem['reason'], detail?: string): void {
    if (problem?.reason === reason && problem.detail === detail) return
    problem = { reason, detail }
    note(as, detail === undefined ? { reason } : { reason, detail })
  }

  function conclude({ of, roster: whom }: Open, stations: number, why?: SumProblem): void {
    const missing = whom.members.filter((each) => !of.answered.has(each))
    outcomes.note({ at: instant(startOf(of.round)), stations, missing, problem: why })
  }
  function withoutSum(of: Open, reason: SumProblem['reason'], detail?: string): void {
    failed('RoundWithoutSum', reason, detail)
    conclude(of, 0, { reason, detail })
  }

  function begin(now: Instant): void {
    const round = roundAt(now, rules)
    if (roster === undefined || open?.of.round === round) return
    if (open !== undefined && open.phase !== 'over') giveUp(open)
    open = undefined
    // A round that is half over cannot be made up for.
    if (now >= startOf(round) + feederSumTimes.closingMillis) return
    const window = windowOf(round, rules)
    // Sums of another roster are too near: no station would take part.
    const other = store.otherWindow(roster.version)
    if (other !== undefined && other >= window - 1) {
      problem = { reason: 'RosterTooNew', detail: undefined }
      outcomes.note({ at: instant(startOf(round)), stations: 0, missing: [], problem })
      return
    }
    const history = recent(store.historyOf(roster.version), window)
    open = { of: quantityRound(round, roster, rules, history), roster, phase: 'readings' }
  }

  function close(of: Open): void {
    const closed = of.of.close()
    if (!closed.ok) {
      of.phase = 'over'
      return withoutSum(of, closed.reason, closed.detail)
    }
    const { closing, history } = closed.value
    const told = history.at(-1)
    if (told !== undefined && history.length > closing.earlier.length)
      store.told(of.roster.version, told)
    of.phase = 'unmasking'
    say('maskRound', writeClosing(closing, of.roster))
  }

  function finish(of: Open, now: Instant): void {
    of.phase = 'over'
    const sums = of.of.sums()
    const window = windowOf(of.of.round, rules)
    if (!sums.ok) {
      withoutSum(of, sums.reason)
      if (sums.reason === 'SumImplausible') audits.begin(of.roster, of.of.round, window, now)
      return
    }
    problem = undefined
    const stations = of.of.present.length
    conclude(of, stations)
    store.summed(
      { at: instant(startOf(of.of.round)), watts: Number(sums.value.watts), stations },
      {
        from: halfHourBefore(window, rules.roundMillis * rules.roundsPerWindow),
        wattHours: Number(sums.value.wattHours),
        stations,
      },
    )
  }

  function giveUp(of: Open): void {
    const reason = of.phase === 'unmasking' ? 'UnmaskingMissing' : 'RoundOpen'
    of.phase = 'over'
    withoutSum(of, reason, of.of.silent().join(' '))
  }

  function look(now: Instant): void {
    audits.look(now)
    keepRoster(now)
    begin(now)
    if (open === undefined) return
    const { of, roster: members } = open
    const start = startOf(of.round)
    const isAll = of.answered.size === members.members.length
    if (open.phase === 'readings' && (isAll || now >= start + feederSumTimes.closingMillis))
      close(open)
    if (open.phase !== 'unmasking') return
    if (of.silent().length === 0) finish(open, now)
    else if (now >= start + feederSumTimes.endMillis) giveUp(open)
  }

  function take(station: Eui64, payload: Masked): Outcome<undefined, HearProblem> {
    if (payload.step === 'opening') return audits.hear(station, payload)
    if (open === undefined) return refused('NoRound')
    return open.of[payload.step](station, readMasked(payload))
  }

  return {
    key(station, key, now) {
      if (!stations.includes(station) || store.keys.get(station) === key) return
      store.learn({ station, key })
      look(now)
    },
    hear(station, payload, now) {
      look(now)
      const taken = take(station, payload)
      if (taken.ok) look(now)
      return taken
    },
    look,
    status: () => ({
      roster: store.roster?.version,
      members: roster?.members.length ?? 0,
      round: open?.of.round,
      phase: open?.phase ?? 'idle',
      answered: open?.of.answered.size ?? 0,
      problem,
      excluded: stations.filter((station) => {
        const key = store.keys.get(station)
        return key !== undefined && store.isExcluded({ station, key })
      }),
      rounds: outcomes.latest,
    }),
  }
}
