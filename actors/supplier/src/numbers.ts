import { instant, type Eui64, type Instant } from '@interlock/kernel'
import type { Journal } from '@interlock/store'

/** Numbers that must never be used twice: counters per device, and the version of the tariff. */
export type Numbers = {
  nextCounter(device: Eui64, now: Instant): bigint
  /**
   * One for what the data company holds until a date: above all that is sent before then, which goes on
   * below it.
   */
  datedCounter(device: Eui64, executeAt: Instant, now: Instant): bigint
  nextVersion(): number
  /** Until then the data company may hold a tariff of ours for its date. */
  heldUntil(): Instant
  /** One more is held. */
  hold(until: Instant): void
  close(): void
}

type Entry =
  | { readonly kind: 'counter' | 'dated'; readonly meter: Eui64; readonly counter: string }
  | { readonly kind: 'version'; readonly version: number }
  | { readonly kind: 'held'; readonly until: Instant }

/** Each number is on the disk before it is given out. */
export function openNumbers(journal: Journal): Numbers {
  const counters = new Map<Eui64, bigint>()
  /** Given out for dates to come. */
  const dated = new Map<Eui64, ReadonlySet<bigint>>()
  let version = 0
  let held = instant(0)
  const apply = (entry: Entry): void => {
    if (entry.kind === 'version') version = entry.version
    else if (entry.kind === 'held') held = instant(Math.max(held, entry.until))
    else if (entry.kind === 'counter') counters.set(entry.meter, BigInt(entry.counter))
    else dated.set(entry.meter, new Set([...datedOf(entry.meter), BigInt(entry.counter)]))
  }
  const datedOf = (meter: Eui64): ReadonlySet<bigint> => dated.get(meter) ?? new Set()
  const lastOf = (meter: Eui64): bigint => counters.get(meter) ?? 0n
  for (const entry of journal.entries()) apply(entry as Entry)
  const counter = (kind: 'counter' | 'dated', meter: Eui64, value: bigint): Entry => ({
    kind,
    meter,
    counter: value.toString(),
  })
  const keep = (entry: Entry): void => {
    journal.append(entry)
    apply(entry)
    if (journal.isLong)
      journal.rewrite([
        { kind: 'version', version },
        ...(held === 0 ? [] : [{ kind: 'held', until: held }]),
        ...[...counters].map(([meter, value]) => counter('counter', meter, value)),
        ...[...dated].flatMap(([meter, values]) =>
          [...values].map((value) => counter('dated', meter, value)),
        ),
      ])
  }
  /** The first from there on that was not given out. */
  const free = (meter: Eui64, from: bigint): bigint => {
    const last = lastOf(meter)
    let value = from > last ? from : last + 1n
    while (datedOf(meter).has(value)) value += 1n
    return value
  }
  return {
    nextCounter(meter, now) {
      // World time in milliseconds, so that a supplier who lost its journal still moves on.
      const value = free(meter, BigInt(now))
      keep(counter('counter', meter, value))
      return value
    },
    datedCounter(meter, executeAt, now) {
      const value = free(meter, BigInt(executeAt))
      const toCome = [...datedOf(meter)].filter((each) => each > BigInt(now))
      dated.set(meter, new Set(toCome))
      keep(counter('dated', meter, value))
      return value
    },
    nextVersion() {
      keep({ kind: 'version', version: version + 1 })
      return version
    },
    heldUntil: () => held,
    hold: (until) => keep({ kind: 'held', until }),
    close: () => journal.close(),
  }
}
