import type { Running } from '@interlock/host'
import { millis, type StationId, type Timer } from '@interlock/kernel'
import { groupBlockMillis } from '@interlock/power'
import { inBackground } from '../background.ts'
import type { Context } from '../context.ts'
import type { CapacityBook, CapacityGroup } from './capacity-book.ts'
import type { FallbackLimits } from './fallback-limits.ts'
import { createFeederMeasurements } from './feeder-measurements.ts'

export type FeederWatch = Running & {
  /** The station has booted, and may have no part of the fallback yet. */
  booted(station: StationId): void
}

/**
 * At the start of each block, and whenever the operator says or stops saying something: plans the
 * vehicles anew, and the day ahead where there was no forecast for it, gives stations their parts of the fallback, and tells the operator what was used.
 */
export function watchFeeders(
  context: Context,
  book: CapacityBook,
  { limits, dayAhead }: { readonly limits: FallbackLimits; readonly dayAhead: () => Promise<void> },
): FeederWatch {
  const { deps, config, hooks, views } = context
  const measurements = createFeederMeasurements(context, book)
  let timer: Timer | undefined

  const look = (group: CapacityGroup): void => {
    for (const { record, transaction } of views.values())
      if (record.feeder === group.feeder && transaction !== undefined)
        hooks.replan(record.stationId)
    inBackground(deps, `fallback/${group.group}`, () => limits.ensure(group))
  }
  const wait = (): void => {
    const delay = millis(groupBlockMillis - (deps.clock.now() % groupBlockMillis))
    timer = deps.clock.after(delay, `${config.actor}/feeders`, () => {
      wait()
      for (const group of book.groups) {
        measurements.tell(group)
        look(group)
      }
    })
  }
  hooks.capacityChanged = (groups) => {
    for (const group of book.groups) if (groups.includes(group.group)) look(group)
    inBackground(deps, 'day-ahead', dayAhead)
  }
  wait()
  return {
    booted(station) {
      const feeder = views.get(station)?.record.feeder
      const group = feeder === undefined ? undefined : book.of(feeder)
      if (group !== undefined)
        inBackground(deps, `fallback/${group.group}`, () => limits.ensure(group))
    },
    close() {
      timer?.cancel()
      return Promise.resolve()
    },
  }
}
