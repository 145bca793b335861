import type { Path } from '@interlock/contract'
import { ok, refused, type Eui64, type Instant, type Outcome } from '@interlock/kernel'

/** The last counter that one originator used on one path towards the holder of the set. */
export type CounterEntry = {
  readonly organisation: Eui64
  readonly path: Path
  readonly counter: bigint
}

/**
 * Counters of one target: immutable, so that a caller persists the new set before it acts and keeps
 * the old one when persisting fails.
 */
export type Counters = {
  /** 0 for an originator never heard of. */
  last(organisation: Eui64, path: Path): bigint
  entries(): readonly CounterEntry[]
}

const nameOf = (organisation: Eui64, path: Path): string => `${organisation} ${path}`

/** Builds a set from what was kept; of two entries for one originator and path the higher counts. */
export function countersOf(kept: readonly CounterEntry[]): Counters {
  const byName = new Map<string, CounterEntry>()
  for (const entry of kept) {
    const name = nameOf(entry.organisation, entry.path)
    if (entry.counter > (byName.get(name)?.counter ?? 0n)) byName.set(name, entry)
  }
  return {
    last: (organisation, path) => byName.get(nameOf(organisation, path))?.counter ?? 0n,
    entries: () => [...byName.values()],
  }
}

/** Compare-and-set: a counter is accepted once, and only upwards. */
export function acceptCounter(
  counters: Counters,
  entry: CounterEntry,
): Outcome<Counters, 'Replayed'> {
  const last = counters.last(entry.organisation, entry.path)
  if (entry.counter <= last) return refused('Replayed', `${entry.counter} is not above ${last}`)
  return ok(countersOf([...counters.entries(), entry]))
}

/** A floor for a provider's new certificate: everything at or below it counts as used. */
export const raiseFloor = (counters: Counters, floor: CounterEntry): Counters =>
  countersOf([...counters.entries(), floor])

/**
 * The originator's next counter: its clock in microseconds, so that losing the last one loses
 * nothing, and always above `last`.
 */
export function nextCounter(last: bigint, now: Instant): bigint {
  const byClock = BigInt(Math.floor(now)) * 1000n
  return byClock > last ? byClock : last + 1n
}
