import { feederSumRules } from '@interlock/contract'
import {
  fromIso,
  inMinutes,
  instant,
  type Eui64,
  type Instant,
  type StationId,
} from '@interlock/kernel'
import type { MeterValueType } from '@interlock/ocpp'
import { groupBlockMillis } from '@interlock/power'
import type { Context } from '../context.ts'
import { samplesOf } from '../core/samples.ts'
import type { StationView } from '../core/view.ts'
import type { CapacityBook, CapacityGroup } from './capacity-book.ts'
import { createEdgeRegisters, type EdgeRegisters } from './edge-registers.ts'
import { reportedChargers } from './reported-feeders.ts'
import type { ToldSets } from './told-sets.ts'

export type FeederMeasurements = {
  /** What a station's meters have read, each at its own time. */
  metered(station: StationId, evse: number, values: readonly MeterValueType[]): void
  /** Tells what can be told by now, and was not yet. */
  look(group: CapacityGroup): void
}

/** As long a block may still be told: by then the operator takes no word of it. */
const blocksTold = 95
/** A station's clock may be ahead by as much. */
const aheadMillis = inMinutes(1)
const wattHoursMax = Number(feederSumRules.readingMax)

/**
 * Tells each operator what the vehicles of a feeder have used that is reported: of each block once, the sum of all its
 * chargers, and nothing before the readings of both its edges are there of every one. What is late goes to the block in which it
 * was drawn. A block of which that is never known is not told: a part of it would be taken for the whole.
 */
export function createFeederMeasurements(
  { views, deps }: Pick<Context, 'views' | 'deps'>,
  book: Pick<CapacityBook, 'tell'>,
  sets: Pick<ToldSets, 'admit'>,
): FeederMeasurements {
  const registers = new Map<StationId, Map<number, EdgeRegisters>>()
  const told = new Map<string, Set<Instant>>()

  /** Of all meters of the station that have ever spoken, the planned EVSE's among them. */
  function usedBy({ record }: StationView, from: Instant, until: Instant): number | undefined {
    const meters = registers.get(record.stationId)
    if (meters?.has(record.evse) !== true) return undefined
    let sum = 0
    for (const meter of meters.values()) {
      const [first, last] = [meter.at(from), meter.at(until)]
      if (first === undefined || last === undefined) return undefined
      // One that counts backwards, or faster than any home draws, says nothing.
      if (last < first || last - first > wattHoursMax) return undefined
      sum += last - first
    }
    return sum
  }
  function usedByAll(all: readonly StationView[], from: Instant): number | undefined {
    const until = instant(from + groupBlockMillis)
    let sum = 0
    for (const view of all) {
      const used = usedBy(view, from, until)
      if (used === undefined) return undefined
      sum += used
    }
    return sum
  }
  const tell = (group: CapacityGroup, since: Instant, wattHours: number): boolean =>
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
            since,
            at: instant(since + groupBlockMillis),
          },
        ],
      },
    })

  return {
    metered(station, evse, values) {
      // EVSE 0 is the grid's meter.
      if (evse === 0 || views.get(station)?.record.evses.includes(evse) !== true) return
      const now = deps.clock.now()
      for (const value of values) {
        const at = fromIso(value.timestamp)
        const { registerWattHours } = samplesOf([value])
        if (at === undefined || registerWattHours === undefined) continue
        if (at > now + aheadMillis || at < now - (blocksTold + 1) * groupBlockMillis) continue
        const meters = registers.get(station) ?? new Map<number, EdgeRegisters>()
        const meter = meters.get(evse) ?? createEdgeRegisters()
        meter.take(at, registerWattHours)
        registers.set(station, meters.set(evse, meter))
      }
    },
    look(group) {
      const chargers = reportedChargers(group, views.values())
      if (chargers === undefined || chargers.countable.length < chargers.all.length) return
      const { all } = chargers
      const euis = all.map(({ record }): Eui64 => record.eui)
      const done = told.get(group.group) ?? new Set()
      told.set(group.group, done)
      const ended = Math.floor(deps.clock.now() / groupBlockMillis) * groupBlockMillis
      const first = ended - blocksTold * groupBlockMillis
      for (const from of done) if (from < first) done.delete(from)
      for (let at = first; at < ended; at += groupBlockMillis) {
        const from = instant(at)
        if (done.has(from)) continue
        const wattHours = usedByAll(all, from)
        if (wattHours === undefined || !sets.admit(group.feeder, from, euis)) continue
        if (tell(group, from, wattHours)) done.add(from)
      }
    },
  }
}
