import type { Edge } from '@interlock/contract'
import { inHours, inSeconds, plus, type Instant } from '@interlock/kernel'
import {
  constantLevel,
  edges,
  hoursLevel,
  levelsWithin,
  type HoursInForce,
  type Level,
  type LoadEdge,
  type QuietHours,
} from '@interlock/power'
import { ratingOf, type Device } from './device.ts'
import { largest, type Standing } from './swing.ts'

/** Other hours of a charger, from a moment on. */
export type HoursChange = {
  readonly before: HoursInForce
  readonly quiet: readonly QuietHours[]
  readonly from: Instant
}

/** Hours come again each week. Whatever they move anew is charged the first time. */
export const newFor = inHours(7 * 24)

/**
 * The load changes that other hours can cause: at their beginning, at each edge in their first week that the
 * hours before do not have, and where schedules that stand already lead to them.
 */
export function hoursSwings(
  { before, quiet, from }: HoursChange,
  device: Device,
  standing: readonly Standing[],
): Edge[] {
  const { delaySecondsMax } = device
  const rating = ratingOf(device, 0)
  const old = hoursLevel(rating, before.quiet)
  const fresh = hoursLevel(rating, quiet)
  const week = plus(from, newFor)
  const known = new Set(old.changes(from, week))
  const within = (at: Instant, swingWatts: number): Edge => ({
    from: at,
    until: plus(at, inSeconds(delaySecondsMax)),
    swingWatts,
  })
  const was = old.at(plus(from, inSeconds(-1)))
  const settled = plus(from, inSeconds(delaySecondsMax))
  const gaps = levelsWithin(fresh, from, settled).map((level) => Math.abs(level - was))
  const daily = fresh.changes(from, week).filter((at) => !known.has(at))
  return largest([
    within(from, Math.max(...gaps)),
    ...daily.map((at) => within(at, rating)),
    ...standing.flatMap((each) => ending(each, { before, quiet, from }, device)),
  ]).filter(({ swingWatts }) => swingWatts > 0)
}

/** Where a schedule begins or ends in the new hours by more than it was charged for by the old ones. */
function ending(
  { evse, schedule }: Standing,
  { before, quiet, from }: HoursChange,
  device: Device,
): LoadEdge[] {
  const { delaySecondsMax } = device
  const rating = ratingOf(device, evse)
  const beside = (fallback: Level): LoadEdge[] =>
    edges({ previous: fallback, next: schedule, fallback, delaySecondsMax })
  const charged = [hoursLevel(rating, before.quiet), constantLevel(0)].flatMap(beside)
  return beside(hoursLevel(rating, quiet)).filter(
    (edge) =>
      edge.until >= from &&
      !charged.some((each) => each.from === edge.from && each.swingWatts >= edge.swingWatts),
  )
}
