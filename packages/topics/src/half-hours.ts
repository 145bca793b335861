import type { Consumption } from '@interlock/contract'
import { instant, type Instant } from '@interlock/kernel'
import type { Journal } from '@interlock/store'

export type HalfHour = { readonly from: Instant; readonly wattHours: number }

/** What homes used by half-hours, as a reader has taken it. */
export type HalfHours = {
  /** What is said of a half-hour again counts in place of what was said before. */
  take(home: string, consumption: Consumption): void
  /** In the order of time. */
  of(home: string): readonly HalfHour[]
  close(): void
}

type Entry = { readonly home: string; readonly consumption: Consumption }

const halfHourMillis = 1_800_000
/** Ten days of each home, by the newest half-hour of it: enough to tell what is usual. */
const keptMax = 480

/** On the disk before it counts. */
export function openHalfHours(journal: Journal): HalfHours {
  const held = new Map<string, ReadonlyMap<number, number>>()
  const apply = ({ home, consumption: { from, wattHours } }: Entry): void => {
    const all = new Map(held.get(home))
    // Whatever instant an author gives, a half-hour begins where half-hours do.
    const first = Math.floor(from / halfHourMillis) * halfHourMillis
    for (const [place, each] of wattHours.entries()) all.set(first + place * halfHourMillis, each)
    const kept = [...all].toSorted(([one], [other]) => one - other).slice(-keptMax)
    held.set(home, new Map(kept))
  }
  for (const entry of journal.entries() as readonly Entry[]) apply(entry)
  /** What is held, in messages of half-hours that follow each other. */
  const whole = (): readonly Entry[] =>
    [...held].flatMap(([home, all]) => runsOf(all).map((consumption) => ({ home, consumption })))

  return {
    take(home, consumption) {
      const entry: Entry = { home, consumption }
      journal.append(entry)
      apply(entry)
      if (journal.isLong) journal.rewrite(whole())
    },
    of: (home) =>
      [...(held.get(home) ?? [])].map(([from, wattHours]) => ({ from: instant(from), wattHours })),
    close: () => journal.close(),
  }
}

function runsOf(all: ReadonlyMap<number, number>): readonly Consumption[] {
  const runs: { from: number; wattHours: number[] }[] = []
  for (const [from, wattHours] of all) {
    const run = runs.at(-1)
    if (run !== undefined && run.from + run.wattHours.length * halfHourMillis === from)
      run.wattHours.push(wattHours)
    else runs.push({ from, wattHours: [wattHours] })
  }
  return runs
}
