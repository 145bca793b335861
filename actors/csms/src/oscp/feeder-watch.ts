import type { Running } from '@interlock/host'
import { inMinutes, millis, type StationId, type Timer } from '@interlock/kernel'
import { groupBlockMillis } from '@interlock/power'
import type { Context } from '../context.ts'
import { createGatheredRounds } from '../gathered-rounds.ts'
import type { CapacityBook, CapacityGroup } from './capacity-book.ts'
import type { FallbackLimits } from './fallback-limits.ts'
import { createFeederMeasurements } from './feeder-measurements.ts'
import type { ToldSets } from './told-sets.ts'
import { noteWithheld } from './withheld-reports.ts'

export type FeederWatch = Running & {
  /** The station has booted, and may have no part of the fallback yet. */
  booted(station: StationId): void
}

/** Readings of a block's end come after it, each at its own time. */
const measurementMillis = inMinutes(1)

export type WatchOptions = {
  readonly limits: FallbackLimits
  readonly dayAhead: () => Promise<void>
  readonly sets: Pick<ToldSets, 'admit'>
}

/**
 * At the start of each block, and whenever the operator says or stops saying something: plans the
 * vehicles anew, and the day ahead where there was no forecast for it, and gives stations their parts of the fallback. Tells the
 * operator of a reported feeder what was used, each minute what is known by then.
 * Parts are charged to the budget of the hour: stations that boot together have theirs in an order of their own.
 */
export function watchFeeders(
  context: Context,
  book: CapacityBook,
  { limits, dayAhead, sets }: WatchOptions,
): FeederWatch {
  const { audit, deps, config, hooks, views } = context
  const measurements = createFeederMeasurements(context, book, sets)
  const reported = book.groups.filter((group) => group.reported === true)
  const waiting = new Set<CapacityGroup>()
  const withheld = noteWithheld(audit, deps.clock)
  let dayWaits = false
  let timer: Timer | undefined
  let telling: Timer | undefined

  const rounds = createGatheredRounds(deps.clock, `${config.actor}/feeders/round`, async () => {
    const groups = book.groups.filter((group) => waiting.has(group))
    waiting.clear()
    const isDayDue = dayWaits
    dayWaits = false
    if (isDayDue) await attempt('day-ahead', dayAhead)
    for (const group of groups) await attempt(`fallback/${group.group}`, () => limits.ensure(group))
  })
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (cause) {
      deps.log.error({ what, cause }, 'failed; a round is due again when a block begins')
    }
  }
  const seeTo = (group: CapacityGroup): void => {
    waiting.add(group)
    rounds.request()
  }
  const look = (group: CapacityGroup): void => {
    for (const { record, transaction } of views.values())
      if (record.feeder === group.feeder && transaction !== undefined)
        hooks.replan(record.stationId)
    seeTo(group)
  }
  const wait = (): void => {
    const delay = millis(groupBlockMillis - (deps.clock.now() % groupBlockMillis))
    timer = deps.clock.after(delay, `${config.actor}/feeders`, () => {
      wait()
      for (const group of book.groups) look(group)
    })
  }
  const tellLater = (): void => {
    if (reported.length === 0) return
    const delay = millis(measurementMillis - (deps.clock.now() % measurementMillis))
    telling = deps.clock.after(delay, `${config.actor}/feeders/used`, () => {
      tellLater()
      for (const group of reported) {
        withheld.look(group, views.values())
        measurements.look(group)
      }
    })
  }
  hooks.capacityChanged = (groups) => {
    for (const group of book.groups) if (groups.includes(group.group)) look(group)
    dayWaits = true
    rounds.request()
  }
  hooks.metered = (...reading) => measurements.metered(...reading)
  wait()
  tellLater()
  return {
    booted(station) {
      const feeder = views.get(station)?.record.feeder
      const group = feeder === undefined ? undefined : book.of(feeder)
      if (group !== undefined) seeTo(group)
    },
    close() {
      timer?.cancel()
      telling?.cancel()
      rounds.close()
      return Promise.resolve()
    },
  }
}
