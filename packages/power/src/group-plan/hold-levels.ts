import type { Instant } from '@interlock/kernel'
import { groupBlockMillis, type GroupSession, type GroupSessionPlan } from './need.ts'
import type { DelayedNeed } from './plan-under-delays.ts'
import { Room } from './room.ts'

/** Less than this is lost where watts are cut to whole ones. */
export const shortWattHoursMin = 50

/** What of a draft holds at each moment, and what makes up for the rest. */
export function held(
  need: DelayedNeed,
  wattHours: readonly (readonly number[])[],
  planned: readonly GroupSessionPlan[],
  hours: readonly number[],
): readonly (readonly number[])[] {
  const { group, lines, leastWatts, before, delayBlocks } = need
  const levels = wattHours.map((session) =>
    // Hours are no whole numbers, and neither is what they divide.
    session.map((each, at) => Math.floor(each / (hours[at] ?? 1) + 1e-6)),
  )
  const room = new Room(levels, before, delayBlocks, [
    {
      watts: group.capacity.map(({ watts }) => Math.max(0, watts)),
      parts: group.sessions.map(() => 1),
    },
    ...lines,
  ])
  room.dropBelow(leastWatts)
  room.cutRises(group.sessions)
  room.dropBelow(leastWatts)
  refillAll(need, planned, room, hours)
  return room.levels
}

/** A turn each, whoever has had the least part of what was planned first, until nobody gets more. */
function refillAll(
  need: DelayedNeed,
  planned: readonly GroupSessionPlan[],
  room: Room,
  hours: readonly number[],
): void {
  const wattHours = planned.map(({ plannedWattHours }) => plannedWattHours)
  const has = (at: number): number => energyOf(room.levels[at] ?? [], hours)
  const part = (at: number): number => has(at) / Math.max(1, wattHours[at] ?? 0)
  let open = [...planned.keys()]
  while (open.length > 0) {
    const parts = new Map(open.map((at) => [at, part(at)]))
    open.sort((a, b) => (parts.get(a) ?? 0) - (parts.get(b) ?? 0) || a - b)
    open = open.filter((at) => {
      const missing = (wattHours[at] ?? 0) - has(at)
      return missing >= shortWattHoursMin && refillOnce(at, missing, need, room, hours)
    })
  }
}

/** In the cheapest block that has room, at no less than a vehicle takes: the last may be more than it needs. */
function refillOnce(
  at: number,
  missing: number,
  { group, now, leastWatts }: DelayedNeed,
  room: Room,
  hours: readonly number[],
): boolean {
  const session = group.sessions[at]
  if (session === undefined) return false
  const prices = group.tariffs[session.tariff] ?? []
  const least = leastWatts[at] ?? 0
  const cheapest = [...hours.keys()].sort((a, b) => (prices[a] ?? 0) - (prices[b] ?? 0) || a - b)
  for (const block of cheapest) {
    if (!isThroughout(group.from, session, block, now)) continue
    const level = room.levels[at]?.[block] ?? 0
    const wanted = Math.max(least - level, Math.ceil(missing / (hours[block] ?? 1)))
    const more = Math.min(session.maxWatts - level, wanted, room.above(at, block))
    if (more <= 0 || level + more < least) continue
    room.raise(at, block, more)
    return true
  }
  return false
}

export const isThroughout = (
  from: Instant,
  { arrival, departure }: GroupSession,
  block: number,
  now: Instant,
): boolean => {
  const begins = from + block * groupBlockMillis
  return arrival <= Math.max(begins, now) && departure >= begins + groupBlockMillis
}

export const energyOf = (watts: readonly number[], hours: readonly number[]): number =>
  watts.reduce((sum, each, at) => sum + each * (hours[at] ?? 0), 0)
