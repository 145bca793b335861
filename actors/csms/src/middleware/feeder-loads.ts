import type { Load } from '@interlock/contract'
import type { Instant } from '@interlock/kernel'
import type { StationView } from '../core/view.ts'
import type { CapacityGroup } from '../oscp/capacity-book.ts'
import { reportedChargers, type Reportable } from '../oscp/reported-feeders.ts'
import type { ToldSets } from '../oscp/told-sets.ts'

/** What of a station counts in the load of its feeder. */
export type LoadView = Reportable & Pick<StationView, 'powerWatts' | 'connected'>

/**
 * What the chargers of each reported feeder draw together, by group. One that is away, or has not said what it draws, is not
 * counted, and as many others with it as hide it from what was told before.
 */
export function feederLoads(
  groups: readonly Pick<CapacityGroup, 'group' | 'feeder' | 'reported'>[],
  views: ReadonlyMap<string, LoadView>,
  at: Instant,
  sets: Pick<ToldSets, 'choose'>,
): ReadonlyMap<string, Load> {
  const loads = new Map<string, Load>()
  for (const group of groups) {
    const chargers = reportedChargers(group, views.values())
    if (chargers === undefined) continue
    const watts = new Map(
      chargers.countable.flatMap(({ record, connected, powerWatts }) =>
        connected && powerWatts !== undefined ? [[record.eui, powerWatts] as const] : [],
      ),
    )
    const all = chargers.all.map(({ record }) => record.eui)
    const known = new Set(watts.keys())
    const told = sets.choose(group.feeder, at, { all, known })
    if (told.length === 0) continue
    const sum = told.reduce((total, eui) => total + (watts.get(eui) ?? 0), 0)
    loads.set(group.group, { at, watts: sum, chargers: told.length })
  }
  return loads
}
