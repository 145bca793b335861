import type { Eui64, Instant } from '@interlock/kernel'
import {
  admitSet,
  chooseSet,
  roundAt,
  sameSet,
  windowOf,
  type GroupRules,
  type Told,
} from '@interlock/privacy'
import type { Journal } from '@interlock/store'

/** A set of a feeder's chargers that something was told of, power or energy of that time. */
type Entry = Told & { readonly feeder: string }

/**
 * Whose readings are in what this CSMS tells of a feeder, by the rule of the feeder's sums: what follows from all that is told
 * of near times is of no fewer chargers than one sum must be. Kept, so that it holds over a restart.
 */
export type ToldSets = {
  /** Of the power at that time: the largest set of those `known` that may be told of; empty where there is none. */
  choose(feeder: string, at: Instant, chargers: Chargers): readonly Eui64[]
  /** Whether the energy from then on may be told of all of them together. */
  admit(feeder: string, at: Instant, all: readonly Eui64[]): boolean
  close(): void
}
export type Chargers = { readonly all: readonly Eui64[]; readonly known: ReadonlySet<Eui64> }

/** A day, in which a block may still be told, and what is near to its first. */
const windowsKept = 50

function recent(entries: readonly Entry[]): readonly Entry[] {
  const newest = entries.reduce((last, { window }) => Math.max(last, window), 0)
  return entries.filter(({ window }) => window > newest - windowsKept)
}

export function openToldSets(journal: Journal, rules: GroupRules): ToldSets {
  let held = recent(journal.entries() as readonly Entry[])
  const windowAt = (at: Instant): number => windowOf(roundAt(at, rules), rules)

  /** Sets of near times, and all who are or were on the feeder. */
  function near(feeder: string, window: number, all: readonly Eui64[]) {
    const history = held.filter(
      (each) => each.feeder === feeder && Math.abs(each.window - window) <= 1,
    )
    const members = [...new Set([...all, ...history.flatMap((told) => told.members)])].sort()
    return { history, roster: { feeder, version: 0, members } }
  }
  function keep(entry: Entry, history: readonly Entry[]): void {
    const isKnown = history.some(
      ({ window, members }) => window === entry.window && sameSet(members, entry.members),
    )
    if (isKnown) return
    journal.append(entry)
    held = recent([...held, entry])
    if (journal.isLong) journal.rewrite(held)
  }
  return {
    choose(feeder, at, { all, known }) {
      const window = windowAt(at)
      const { history, roster } = near(feeder, window, all)
      const members = chooseSet(history, known, roster, rules)
      if (!admitSet(history, members, roster, rules).ok) return []
      keep({ feeder, window, members }, history)
      return members
    },
    admit(feeder, at, all) {
      const window = windowAt(at)
      const { history, roster } = near(feeder, window, all)
      const members = [...all].sort()
      if (!admitSet(history, members, roster, rules).ok) return false
      keep({ feeder, window, members }, history)
      return true
    },
    close: () => journal.close(),
  }
}
