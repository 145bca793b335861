import type { Load } from '@interlock/contract'
import type { Instant } from '@interlock/kernel'
import type { StationView } from '../core/view.ts'
import { homesMin } from '../oscp/feeder-measurements.ts'

type View = Pick<StationView, 'powerWatts'> & { readonly record: { readonly feeder: string } }

/** What the chargers of each feeder draw together, where so many are known that it says nothing of one home. */
export function feederLoads(views: Iterable<View>, at: Instant): ReadonlyMap<string, Load> {
  const loads = new Map<string, Load>()
  for (const { record, powerWatts } of views) {
    if (powerWatts === undefined) continue
    const { watts, chargers } = loads.get(record.feeder) ?? { watts: 0, chargers: 0 }
    loads.set(record.feeder, { at, watts: watts + powerWatts, chargers: chargers + 1 })
  }
  return new Map([...loads].filter(([, { chargers }]) => chargers >= homesMin))
}
