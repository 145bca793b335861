import type { MaskRound, MaskedOpening } from '@interlock/contract'
import { ok, refused, type Eui64, type Instant, type Outcome } from '@interlock/kernel'
import {
  auditFindings,
  forBoth,
  readOpening,
  type GroupRules,
  type Opening,
  type Quantities,
  type Roster,
} from '@interlock/privacy'
import type { SumNote } from './feeder-sums.ts'
import type { SumStore } from './sum-store.ts'

type Audit = {
  readonly roster: Roster
  readonly round: number
  readonly until: number
  readonly openings: Map<Eui64, Quantities<Opening>>
}

export type AuditProblem = 'RoundOther' | 'Repeated' | 'SumMessageMalformed'

/**
 * After a sum that cannot be true, all words of an audit round are opened: who masks wrongly there too is
 * left out of the next roster, until it has another key.
 */
export function createAudits(options: {
  readonly rules: GroupRules
  readonly store: Pick<SumStore, 'roster' | 'exclude'>
  readonly say: (kind: 'maskRound', payload: MaskRound) => void
  readonly note: (note: SumNote, detail: object) => void
}) {
  const { rules, store, say, note } = options
  let audit: Audit | undefined
  let lastWindow = -1

  function conclude({ roster, round, openings }: Audit): void {
    const given = [...openings.values()]
    const found = forBoth((quantity) =>
      auditFindings(
        given.map((each) => each[quantity]),
        rules.coalitionMax,
      ),
    )
    const atFault = [...new Set([...found.watts.atFault, ...found.wattHours.atFault])].sort()
    const disputed = [...found.watts.disputed, ...found.wattHours.disputed]
    const silent = roster.members.filter((each) => !openings.has(each))
    for (const each of store.roster?.members ?? [])
      if (atFault.includes(each.station)) store.exclude(each)
    note('MasksAudited', { round, atFault, disputed, silent })
  }

  return {
    /** Once in a window: what one audit does not find, the next does not either. */
    begin(roster: Roster, round: number, window: number, now: Instant): void {
      if (audit !== undefined || window === lastWindow) return
      lastWindow = window
      audit = { roster, round, until: now + rules.roundMillis, openings: new Map() }
      say('maskRound', { step: 'audit', roster: roster.version, round })
    },
    hear(station: Eui64, payload: MaskedOpening): Outcome<undefined, AuditProblem> {
      if (audit === undefined || payload.round !== audit.round) return refused('RoundOther')
      if (audit.openings.has(station)) return refused('Repeated', station)
      const opened = readOpening(station, payload, audit.roster)
      if (!opened.ok) return opened
      audit.openings.set(station, opened.value)
      return ok(undefined)
    },
    look(now: Instant): void {
      if (audit === undefined) return
      const isWhole = audit.openings.size === audit.roster.members.length
      if (!isWhole && now < audit.until) return
      const over = audit
      audit = undefined
      conclude(over)
    },
  }
}
