import type { Clock, Instant, StationId } from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import { groupBlockMillis } from '@interlock/power'
import type { CapacityGroup } from './capacity-book.ts'
import { reportedChargers, type Reportable } from './reported-feeders.ts'

/** Named in one record. */
const stationsNamedMax = 16

type Charger = Reportable & { readonly record: { readonly stationId: StationId } }

/** Records why nothing is measured of a feeder that is reported, once for each feeder or station. */
export type WithheldReports = { look(group: CapacityGroup, views: Iterable<Charger>): void }

export function noteWithheld(
  audit: Pick<Audit, 'record'>,
  clock: Pick<Clock, 'now'>,
): WithheldReports {
  const summed = new Set<string>()
  /** Of those that have not said whether they are summed: since when, until it is noted. */
  const unsaid = new Map<StationId, Instant | 'noted'>()

  return {
    look({ group, ...of }, views) {
      const chargers = reportedChargers(of, views)
      if (chargers === undefined) {
        if (!summed.has(group))
          audit.record('ReportWithheld', { group, why: 'a charger of it is summed' })
        summed.add(group)
        return
      }
      const countable = new Set(chargers.countable)
      const overdue: StationId[] = []
      for (const charger of chargers.all) {
        const { stationId } = charger.record
        if (countable.has(charger)) {
          unsaid.delete(stationId)
          continue
        }
        const since = unsaid.get(stationId) ?? clock.now()
        // A station that has just been taken on, or boots, is about to say it.
        const isOverdue = since !== 'noted' && clock.now() - since >= groupBlockMillis
        if (isOverdue) overdue.push(stationId)
        unsaid.set(stationId, isOverdue ? 'noted' : since)
      }
      if (overdue.length === 0) return
      audit.record('ReportWithheld', {
        group,
        why: 'stations have not said whether they are summed',
        stations: overdue.slice(0, stationsNamedMax),
        count: overdue.length,
      })
    },
  }
}
