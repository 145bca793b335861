import { instant, type Eui64, type Instant } from '@interlock/kernel'
import {
  newPublication,
  openRows,
  publish,
  withdraw,
  type Contribution,
  type ExportPeriod,
  type OpenDataRules,
  type OpenRow,
  type Publication,
} from '@interlock/privacy'
import type { Journal } from '@interlock/store'
import {
  afterHearing,
  afterWithdrawal,
  covers,
  isStanding,
  nobodyAgreed,
  withAgreement,
  type Agreement,
  type HomeAgreements,
  type Tenure,
} from './agreements.ts'

type Told = readonly [key: string, from: Instant, row: OpenRow | null, stations: readonly Eui64[]]
type Entry =
  | {
      readonly does: 'home'
      readonly station: Eui64
      readonly home: HomeAgreements
      /** What was withdrawn with it. */
      readonly taken?: readonly ExportPeriod[]
    }
  | { readonly does: 'decided'; readonly until: Instant; readonly told: readonly Told[] }

/** Who has agreed, what has been told, and who is never told of again; each on the disk before it counts. */
export type OpenDataBook = {
  agree(agreement: Agreement): void
  /** The station has listed its owners' keys: what others agreed to has ended. */
  heard(station: Eui64, keys: readonly string[], at: Instant): void
  /** As {@link afterWithdrawal}; the rows are gone from this moment on. */
  withdraw(station: Eui64, by: string, isOwner: boolean, at: Instant): void
  tenureOf(station: Eui64, by: string): Tenure | undefined
  /** Whether one of these keys has withdrawn there. */
  isBarred(station: Eui64, keys: readonly string[]): boolean
  /** Stations with an agreement of which it is not known whether it was in force then. */
  unheard(at: Instant): readonly Eui64[]
  /** Stations that may be in the rows of a period. */
  agreed(period: ExportPeriod): readonly Eui64[]
  /** Periods before have been decided. */
  decidedUntil(): Instant | undefined
  decide(contributions: readonly Contribution[], until: Instant, now: Instant): void
  rows(now: Instant): readonly OpenRow[]
  close(): void
}

export function openDataBook(journal: Journal, rules: OpenDataRules): OpenDataBook {
  const homes = new Map<Eui64, HomeAgreements>()
  let publication: Publication = newPublication
  let decidedUntil: Instant | undefined

  const apply = (entry: Entry): void => {
    if (entry.does === 'home') {
      const { station, home, taken = [] } = entry
      if (home.tenures.length + home.barred.length === 0) homes.delete(station)
      else homes.set(station, home)
      for (const during of taken) publication = withdraw(publication, station, during)
    } else {
      const told = new Map(publication.told)
      for (const [key, from, row, stations] of entry.told)
        told.set(key, { from, row: row ?? undefined, stations: new Set(stations) })
      publication = { ...publication, told }
      decidedUntil = entry.until
    }
  }
  const commit = (entry: Entry): void => {
    if (journal.isLong) journal.rewrite(whole())
    journal.append(entry)
    apply(entry)
  }
  const homeOf = (station: Eui64): HomeAgreements => homes.get(station) ?? nobodyAgreed
  /** The same in as few entries as there can be. */
  const whole = (): readonly Entry[] => [
    ...(decidedUntil === undefined
      ? []
      : [{ does: 'decided', until: decidedUntil, told: toldOf(publication) } as const]),
    ...[...new Set([...homes.keys(), ...publication.withdrawn.keys()])].map((station) => {
      const until = publication.withdrawn.get(station)
      const taken = until === undefined ? [] : [{ from: until, until }]
      return { does: 'home', station, home: homeOf(station), taken } as const
    }),
  ]
  for (const entry of journal.entries() as readonly Entry[]) apply(entry)

  return {
    agree(agreement) {
      const { station, since } = agreement
      const old = instant(since - rules.keepMillis)
      commit({ does: 'home', station, ...withAgreement(homeOf(station), agreement, old) })
    },
    heard(station, keys, at) {
      if (homes.has(station))
        commit({ does: 'home', station, home: afterHearing(homeOf(station), keys, at) })
    },
    withdraw: (station, by, isOwner, at) =>
      commit({ does: 'home', station, ...afterWithdrawal(homeOf(station), by, isOwner, at) }),
    tenureOf: (station, by) => homeOf(station).tenures.findLast((each) => each.by === by),
    isBarred: (station, keys) => homeOf(station).barred.some((each) => keys.includes(each)),
    unheard: (at) =>
      [...homes]
        .filter(([, { tenures }]) =>
          tenures.some((each) => isStanding(each) && each.confirmedAt < at),
        )
        .map(([station]) => station),
    agreed: (period) =>
      [...homes]
        .filter(([, { tenures }]) => tenures.some((each) => covers(each, period)))
        .map(([station]) => station),
    decidedUntil: () => decidedUntil,
    decide(contributions, until, now) {
      const before = publication
      const after = publish(before, contributions, rules, now)
      commit({
        does: 'decided',
        until,
        told: toldOf(after).filter(([key]) => !before.told.has(key)),
      })
      const kept = [...publication.told].filter(([, { from }]) => from >= now - rules.keepMillis)
      publication = { ...publication, told: new Map(kept) }
    },
    rows: (now) => openRows(publication).filter(({ from }) => from >= now - rules.keepMillis),
    close: () => journal.close(),
  }
}

const toldOf = ({ told }: Publication): readonly Told[] =>
  [...told].map(([key, { from, row, stations }]) => [
    key,
    instant(from),
    row ?? null,
    [...stations],
  ])
