import { inHours, type Clock, type Instant } from '@interlock/kernel'
import type { Journal } from '@interlock/store'
import {
  confirmed,
  countingFrom,
  isHalfHour,
  spansOf,
  type Counting,
  type SettlementEntry,
  type Span,
} from './core/settlement.ts'

/** For how long what was counted can be read: a quarter of a year and a day. */
export const settlementDaysMax = 93
/** So many are kept, a boundary and a break each half-hour: a clock that is ahead would throw away what is young. */
export const settlementEntriesMax = 2 * 48 * settlementDaysMax

/** What the settlement meter has counted, as it is on the disk. */
export type SettlementBook = {
  /** All that is known of the registers but the last reading. */
  readonly counting: Counting
  /** The network agrees with this clock now; whether boundaries that lay ahead of it have been withdrawn. */
  clockConfirmed(): boolean
  /** On the disk before it returns. @throws Fault when it could not be made durable; it is then absent. */
  keep(entry: SettlementEntry): void
  /** Of which the sum is known, be they half-hours or longer; in the order of time. */
  spans(): readonly Span[]
  /** The half-hours that are whole, and end in this period, either end included. */
  halfHours(from: Instant, until: Instant): readonly Span[]
  close(): void
}

export function openSettlementBook(journal: Journal, clock: Pick<Clock, 'now'>): SettlementBook {
  let kept = journal.entries() as readonly SettlementEntry[]
  let counting = countingFrom(kept)
  const keep = (entry: SettlementEntry): void => {
    if (journal.isLong) {
      const next = [...kept, entry].slice(-settlementEntriesMax)
      journal.rewrite(next)
      kept = next
    } else {
      journal.append(entry)
      kept = [...kept, entry]
    }
    counting = countingFrom(kept)
  }
  const spans = (): readonly Span[] => {
    const oldest = clock.now() - inHours(24 * settlementDaysMax)
    return spansOf(kept).filter(({ from }) => from >= oldest)
  }
  return {
    get counting() {
      return counting
    },
    clockConfirmed() {
      const entry = confirmed(counting, clock.now())
      if (entry !== undefined) keep(entry)
      return entry !== undefined
    },
    keep,
    spans,
    halfHours: (from, until) =>
      spans().filter((span) => isHalfHour(span) && span.until >= from && span.until <= until),
    close: () => journal.close(),
  }
}
