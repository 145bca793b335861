import { inHours, type Clock, type Instant } from '@interlock/kernel'
import type { Journal } from '@interlock/store'
import {
  isHalfHour,
  spansOf,
  type Counting,
  type SettlementEntry,
  type Span,
} from './core/settlement.ts'

/** For how long what was counted is kept: a quarter of a year and a day. */
export const settlementDaysMax = 93

/** What the settlement meter has counted, as it is on the disk. */
export type SettlementBook = {
  /** Where the counting goes on after a loss of power. */
  readonly counting: Counting
  /** On the disk before it returns. @throws Fault when it could not be made durable; it is then absent. */
  keep(entry: SettlementEntry): void
  /** Of which the sum is known, be they half-hours or longer; in the order of time. */
  spans(): readonly Span[]
  /** The half-hours that are whole, and end in this period, either end included. */
  halfHours(from: Instant, until: Instant): readonly Span[]
  close(): void
}

export function openSettlementBook(journal: Journal, clock: Pick<Clock, 'now'>): SettlementBook {
  const young = (all: readonly SettlementEntry[]): readonly SettlementEntry[] => {
    const oldest = clock.now() - inHours(24 * settlementDaysMax)
    return all.filter((entry) => entry.at >= oldest)
  }
  let kept = journal.entries() as readonly SettlementEntry[]
  const spans = (): readonly Span[] => spansOf(young(kept))
  return {
    get counting() {
      const boundary = kept.findLast(({ kind }) => kind === 'boundary')
      return { entry: kept.at(-1), boundaryAt: boundary?.at }
    },
    keep(entry) {
      if (journal.isLong) {
        const next = [...young(kept), entry]
        journal.rewrite(next)
        kept = next
      } else {
        journal.append(entry)
        kept = [...kept, entry]
      }
    },
    spans,
    halfHours: (from, until) =>
      spans().filter((span) => isHalfHour(span) && span.until >= from && span.until <= until),
    close: () => journal.close(),
  }
}
