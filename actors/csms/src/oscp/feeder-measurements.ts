import { instant, type StationId } from '@interlock/kernel'
import { groupBlockMillis } from '@interlock/power'
import type { Context } from '../context.ts'
import type { CapacityBook, CapacityGroup } from './capacity-book.ts'

/** A sum of fewer says too much of one of them. */
export const homesMin = 3

/** Tells each operator what its feeder's vehicles have used: the sum, and nobody's alone. */
export function createFeederMeasurements(
  { views, deps }: Pick<Context, 'views' | 'deps'>,
  book: Pick<CapacityBook, 'tell'>,
): { tell(group: CapacityGroup): void } {
  const registers = new Map<StationId, number>()
  return {
    /** At the end of a block. What a meter counted before it was first seen is not known. */
    tell(group) {
      const now = deps.clock.now()
      let wattHours = 0
      let metered = 0
      for (const { record, meterWattHours } of views.values()) {
        if (record.feeder !== group.feeder || meterWattHours === undefined) continue
        const before = registers.get(record.stationId)
        registers.set(record.stationId, meterWattHours)
        if (before === undefined) continue
        wattHours += Math.max(0, meterWattHours - before)
        metered += 1
      }
      if (metered < homesMin) return
      const at = instant(Math.floor(now / groupBlockMillis) * groupBlockMillis)
      book.tell(group, {
        name: 'update_group_measurements',
        body: {
          group: group.group,
          measurements: [
            {
              value: Math.round(wattHours),
              phase: 'ALL',
              unit: 'WH',
              direction: 'IMPORT',
              energyType: 'FLEXIBLE',
              since: instant(at - groupBlockMillis),
              at,
            },
          ],
        },
      })
    },
  }
}
