import { instant, type Eui64, type Instant } from '@interlock/kernel'
import {
  newPublication,
  openRows,
  publish,
  withdraw,
  type Contribution,
  type OpenDataRules,
  type OpenRow,
  type Publication,
} from '@interlock/privacy'
import type { Journal } from '@interlock/store'

/** An owner's agreement, as the station has found it good. JSON values only. */
export type Agreement = {
  readonly station: Eui64
  /** The owner's key, SPKI in base64. */
  readonly by: string
  readonly signature: string
  /** By the owner's clock. */
  readonly at: number
  /** When it came. Periods that began before are told without the station. */
  readonly since: Instant
}

type Told = readonly [key: string, from: Instant, row: OpenRow | null, stations: readonly Eui64[]]
type Entry =
  | { readonly does: 'agreed'; readonly agreement: Agreement }
  | { readonly does: 'withdrawn'; readonly station: Eui64 }
  | { readonly does: 'decided'; readonly until: Instant; readonly told: readonly Told[] }

/** Who has agreed, what has been told, and who is never told of again; each on the disk before it counts. */
export type OpenDataBook = {
  agree(agreement: Agreement): void
  /** From this moment on; for good. */
  withdraw(station: Eui64): void
  agreementOf(station: Eui64): Agreement | undefined
  agreed(): readonly Agreement[]
  isWithdrawn(station: Eui64): boolean
  /** Periods before have been decided. */
  decidedUntil(): Instant | undefined
  decide(contributions: readonly Contribution[], until: Instant, now: Instant): void
  rows(now: Instant): readonly OpenRow[]
  close(): void
}

export function openDataBook(journal: Journal, rules: OpenDataRules): OpenDataBook {
  const agreements = new Map<Eui64, Agreement>()
  let publication: Publication = newPublication
  let decidedUntil: Instant | undefined

  const apply = (entry: Entry): void => {
    if (entry.does === 'agreed') agreements.set(entry.agreement.station, entry.agreement)
    else if (entry.does === 'withdrawn') {
      agreements.delete(entry.station)
      publication = withdraw(publication, entry.station)
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
  /** The same in as few entries as there can be. */
  const whole = (): readonly Entry[] => [
    ...[...agreements.values()].map((agreement) => ({ does: 'agreed', agreement }) as const),
    ...(decidedUntil === undefined
      ? []
      : [{ does: 'decided', until: decidedUntil, told: toldOf(publication) } as const]),
    ...[...publication.withdrawn].map((station) => ({ does: 'withdrawn', station }) as const),
  ]
  for (const entry of journal.entries() as readonly Entry[]) apply(entry)

  return {
    agree: (agreement) => commit({ does: 'agreed', agreement }),
    withdraw: (station) => commit({ does: 'withdrawn', station }),
    agreementOf: (station) => agreements.get(station),
    agreed: () => [...agreements.values()],
    isWithdrawn: (station) => publication.withdrawn.has(station),
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
