import type { Service } from '@interlock/duis'
import { instant, ok, refused, type Eui64, type Instant, type Outcome } from '@interlock/kernel'
import type { Journal } from '@interlock/store'

/** Numbers that must never be used twice: counters per device, and the version of the tariff. */
export type Numbers = {
  nextCounter(device: Eui64, now: Instant): bigint
  /**
   * One for what the data company holds until a date: above all that is sent before then, which goes on
   * below it.
   */
  datedCounter(device: Eui64, executeAt: Instant, now: Instant, service: Service): bigint
  /**
   * One above all that were given out for dates to come of that service: a device that has taken it takes none of those
   * any more. None where it would end something of another service, which waits below it.
   */
  aboveDated(
    device: Eui64,
    service: Service,
    now: Instant,
  ): Outcome<bigint, 'NothingDated' | 'OthersDated'>
  nextVersion(): number
  /** Until then the data company may hold a tariff of ours for its date. */
  heldUntil(): Instant
  /** One more is held. */
  hold(until: Instant): void
  close(): void
}

type Entry =
  | { readonly kind: 'counter'; readonly meter: Eui64; readonly counter: string }
  | {
      readonly kind: 'dated'
      readonly meter: Eui64
      readonly counter: string
      /** What is dated; absent: it was not kept then. */
      readonly service?: Service
    }
  | { readonly kind: 'version'; readonly version: number }
  | { readonly kind: 'held'; readonly until: Instant }

/** Each number is on the disk before it is given out. */
export function openNumbers(journal: Journal): Numbers {
  const counters = new Map<Eui64, bigint>()
  /** Given out for dates to come, and for what. */
  const dated = new Map<Eui64, ReadonlyMap<bigint, Service | undefined>>()
  let version = 0
  let held = instant(0)
  const apply = (entry: Entry): void => {
    if (entry.kind === 'version') version = entry.version
    else if (entry.kind === 'held') held = instant(Math.max(held, entry.until))
    else if (entry.kind === 'counter') counters.set(entry.meter, BigInt(entry.counter))
    else {
      const given = [BigInt(entry.counter), entry.service] as const
      dated.set(entry.meter, new Map([...datedOf(entry.meter), given]))
    }
  }
  const datedOf = (meter: Eui64): ReadonlyMap<bigint, Service | undefined> =>
    dated.get(meter) ?? new Map()
  const lastOf = (meter: Eui64): bigint => counters.get(meter) ?? 0n
  for (const entry of journal.entries()) apply(entry as Entry)
  const counter = (meter: Eui64, value: bigint): Entry => ({
    kind: 'counter',
    meter,
    counter: value.toString(),
  })
  const datedEntry = (meter: Eui64, value: bigint, service: Service | undefined): Entry => ({
    kind: 'dated',
    meter,
    counter: value.toString(),
    ...(service === undefined ? {} : { service }),
  })
  const keep = (entry: Entry): void => {
    journal.append(entry)
    apply(entry)
    if (journal.isLong)
      journal.rewrite([
        { kind: 'version', version },
        ...(held === 0 ? [] : [{ kind: 'held', until: held }]),
        ...[...counters].map(([meter, value]) => counter(meter, value)),
        ...[...dated].flatMap(([meter, values]) =>
          [...values].map(([value, service]) => datedEntry(meter, value, service)),
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
      keep(counter(meter, value))
      return value
    },
    datedCounter(meter, executeAt, now, service) {
      const value = free(meter, BigInt(executeAt))
      const toCome = [...datedOf(meter)].filter(([each]) => each > BigInt(now))
      dated.set(meter, new Map(toCome))
      keep(datedEntry(meter, value, service))
      return value
    },
    aboveDated(meter, service, now) {
      const toCome = [...datedOf(meter)].filter(([each]) => each > BigInt(now))
      const its = toCome.filter(([, of]) => of === service).map(([each]) => each)
      if (its.length === 0) return refused('NothingDated')
      const highest = its.reduce((high, each) => (each > high ? each : high))
      const ends = ([each, of]: (typeof toCome)[number]): boolean =>
        of !== service && each > lastOf(meter) && each < highest
      if (toCome.some(ends)) return refused('OthersDated')
      const value = free(meter, highest + 1n)
      keep(counter(meter, value))
      return ok(value)
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
