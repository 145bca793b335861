import type { Eui64, Instant } from '@interlock/kernel'
import type { Journal } from '@interlock/store'

/** Numbers that must never be used twice: counters per meter, and the version of the tariff. */
export type Numbers = {
  nextCounter(meter: Eui64, now: Instant): bigint
  nextVersion(): number
  close(): void
}

type Entry =
  | { readonly kind: 'counter'; readonly meter: Eui64; readonly counter: string }
  | { readonly kind: 'version'; readonly version: number }

/** Each number is on the disk before it is given out. */
export function openNumbers(journal: Journal): Numbers {
  const counters = new Map<Eui64, bigint>()
  let version = 0
  const apply = (entry: Entry): void => {
    if (entry.kind === 'version') version = entry.version
    else counters.set(entry.meter, BigInt(entry.counter))
  }
  for (const entry of journal.entries()) apply(entry as Entry)
  const keep = (entry: Entry): void => {
    journal.append(entry)
    apply(entry)
    if (journal.isLong)
      journal.rewrite([
        { kind: 'version', version },
        ...[...counters].map(([meter, counter]) => ({
          kind: 'counter',
          meter,
          counter: counter.toString(),
        })),
      ])
  }
  return {
    nextCounter(meter, now) {
      // World time in milliseconds, so that a supplier who lost its journal still moves on.
      const next = [(counters.get(meter) ?? 0n) + 1n, BigInt(now)]
      const counter = next.reduce((left, right) => (left > right ? left : right))
      keep({ kind: 'counter', meter, counter: counter.toString() })
      return counter
    },
    nextVersion() {
      keep({ kind: 'version', version: version + 1 })
      return version
    },
    close: () => journal.close(),
  }
}
