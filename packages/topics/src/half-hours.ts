import type { Consumption } from '@interlock/contract'
import {
  inHours,
  instant,
  ok,
  refused,
  type Clock,
  type Instant,
  type Outcome,
} from '@interlock/kernel'
import type { Journal } from '@interlock/store'

export type HalfHour = { readonly from: Instant; readonly wattHours: number }

/** Why what is said of a home is not kept. */
export type HalfHoursRefusal =
  /** It tells of a half-hour that has not ended. */
  | 'HalfHourNotOver'
  /** All of it is older than what is kept. */
  | 'HalfHourOld'
  /** Negative, or more than any home's charger can draw. */
  | 'EnergyInvalid'

/** What homes used by half-hours, as a reader has taken it. */
export type HalfHours = {
  /** What is said of a half-hour again counts in place of what was said before. */
  take(home: string, consumption: Consumption): Outcome<void, HalfHoursRefusal>
  /** In the order of time. */
  of(home: string): readonly HalfHour[]
  /** Takes off the disk what is too old to be kept. */
  forget(): void
  close(): void
}

type Entry = { readonly home: string; readonly consumption: Consumption }

const halfHourMillis = 1_800_000
/** Five EVSEs of 350 kW for half an hour, and more. */
const wattHoursMax = 1_000_000
/** An author's clock may be ahead so far. */
const aheadMillis = 60_000

/**
 * On the disk before it counts.
 * @param days for how many days before now half-hours are kept
 */
export function openHalfHours(
  journal: Journal,
  { days, clock }: { readonly days: number; readonly clock: Pick<Clock, 'now'> },
): HalfHours {
  const held = new Map<string, Map<number, number>>()
  const oldest = (): number => clock.now() - inHours(24 * days)
  const apply = ({ home, consumption }: Entry): void => {
    const all = held.get(home) ?? new Map<number, number>()
    const before = oldest()
    for (const [from, wattHours] of halfHoursIn(consumption))
      if (from >= before) all.set(from, wattHours)
    for (const from of all.keys()) if (from < before) all.delete(from)
    if (all.size > 0) held.set(home, all)
    else held.delete(home)
  }
  for (const entry of journal.entries() as readonly Entry[]) apply(entry)
  const of = (home: string): readonly (readonly [number, number])[] => {
    const before = oldest()
    return [...(held.get(home) ?? [])]
      .filter(([from]) => from >= before)
      .toSorted(([one], [other]) => one - other)
  }
  /** What is held, in messages of half-hours that follow each other. */
  const rewrite = (): void => {
    const kept = [...held.keys()].flatMap((home) =>
      runsOf(of(home)).map((consumption): Entry => ({ home, consumption })),
    )
    journal.rewrite(kept)
  }

  return {
    take(home, consumption) {
      const problem = problemOf(consumption, oldest(), clock.now())
      if (problem !== undefined) return refused(problem)
      const entry: Entry = { home, consumption }
      journal.append(entry)
      apply(entry)
      if (journal.isLong) rewrite()
      return ok(undefined)
    },
    of: (home) => of(home).map(([from, wattHours]) => ({ from: instant(from), wattHours })),
    forget() {
      const before = oldest()
      let some = false
      for (const [home, all] of held) {
        for (const from of all.keys()) if (from < before) some = all.delete(from)
        if (all.size === 0) held.delete(home)
      }
      if (some) rewrite()
    },
    close: () => journal.close(),
  }
}

/** Whatever instant an author gives, a half-hour begins where half-hours do. */
function halfHoursIn({ from, wattHours }: Consumption): readonly (readonly [number, number])[] {
  const first = Math.floor(from / halfHourMillis) * halfHourMillis
  return wattHours.map((each, place) => [first + place * halfHourMillis, each])
}

function problemOf(
  consumption: Consumption,
  oldest: number,
  now: number,
): HalfHoursRefusal | undefined {
  const all = halfHoursIn(consumption)
  const last = all.at(-1)?.[0] ?? -Infinity
  if (last + halfHourMillis > now + aheadMillis) return 'HalfHourNotOver'
  if (last < oldest) return 'HalfHourOld'
  const isEnergy = (each: number): boolean => each >= 0 && each <= wattHoursMax
  return consumption.wattHours.every(isEnergy) ? undefined : 'EnergyInvalid'
}

function runsOf(all: readonly (readonly [number, number])[]): readonly Consumption[] {
  const runs: { from: number; wattHours: number[] }[] = []
  for (const [from, wattHours] of all) {
    const run = runs.at(-1)
    if (run !== undefined && run.from + run.wattHours.length * halfHourMillis === from)
      run.wattHours.push(wattHours)
    else runs.push({ from, wattHours: [wattHours] })
  }
  return runs
}
