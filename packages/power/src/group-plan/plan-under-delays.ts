import { assert, instant, type Instant } from '@interlock/kernel'
import {
  groupBlockMillis,
  type BlockCapacity,
  type GroupNeed,
  type GroupSession,
  type GroupSessionPlan,
  type ShortReason,
} from './need.ts'
import { planGroup } from './plan-group.ts'
import { Room, type Line } from './room.ts'

export type DelayedNeed = {
  /** Its fuses and phases say what would be best; what holds at each moment are the lines. */
  readonly group: GroupNeed
  /** What limits it beside the capacity of each block. */
  readonly lines: readonly Line[]
  /** By session: the least at which its vehicle charges; it is planned for nothing, or no less. */
  readonly leastWatts: readonly number[]
  /** Within the first block: the rest of that is planned. */
  readonly now: Instant
  /** By session: what it may draw until its first edge. */
  readonly before: readonly number[]
  /** A station may follow each edge so many blocks late. */
  readonly delayBlocks: number
}

export type SteadySession = {
  readonly id: string
  /** By block, whole watts. */
  readonly watts: readonly number[]
  readonly plannedWattHours: number
  readonly costPence: number
  readonly shortfall?: { readonly wattHours: number; readonly reason: ShortReason }
}

export type SteadyPlan = {
  readonly sessions: readonly SteadySession[]
  /** Blocks in which vehicles would need more than there is. */
  readonly shortBlocks: readonly number[]
}

/** Less than this is lost where watts are cut to whole ones. */
const shortWattHoursMin = 50

/**
 * A group's plan that keeps to its capacity although each station follows each edge late by a random
 * delay of its own: in every block, what all may draw by this block's level or by any that a late
 * station still follows. So a level falls a while before the capacity does, and a neighbour rises only
 * into what nobody may still be drawing. What that costs in energy is made up in the cheapest blocks
 * that have room.
 */
export function planUnderDelays(need: DelayedNeed): SteadyPlan {
  const { group, lines, leastWatts, now, before, delayBlocks } = need
  const { sessions, tariffs } = group
  assert(before.length === sessions.length, 'what each session may draw now')
  assert(leastWatts.length === sessions.length, 'the least at which each charges')
  assert(now >= group.from && now < group.from + groupBlockMillis, 'now is in the first block')
  const hours = hoursOf(group, now)
  const capacity = group.capacity.map(({ watts }) => Math.max(0, watts))
  const plan = planGroup({
    ...group,
    capacity: group.capacity.map((_, at) =>
      heldIn(group.capacity.slice(at, at + delayBlocks + 1), (hours[at] ?? 0) / blockHours),
    ),
    sessions: sessions.map((each) => ({ ...each, arrival: later(each.arrival, now) })),
  })
  const levels = plan.sessions.map(({ wattHours }) =>
    // Hours are no whole numbers, and neither is what they divide.
    wattHours.map((each, at) => Math.floor(each / (hours[at] ?? 1) + 1e-6)),
  )
  const room = new Room(levels, before, delayBlocks, [
    { watts: capacity, parts: sessions.map(() => 1) },
    ...lines,
  ])
  room.dropBelow(leastWatts)
  room.cutRises(sessions)
  room.dropBelow(leastWatts)
  refillAll(need, plan.sessions, room, hours)
  return {
    sessions: sessions.map((session, at) =>
      settled(session, plan.sessions[at], levels[at] ?? [], tariffs[session.tariff] ?? [], hours),
    ),
    shortBlocks: plan.shortBlocks,
  }
}

const blockHours = groupBlockMillis / 3_600_000
const later = (a: Instant, b: Instant): Instant => instant(Math.max(a, b))

/** The least of some blocks, for a part of one: a station that is late when it falls must have fallen before. */
function heldIn(blocks: readonly BlockCapacity[], part: number): BlockCapacity {
  const least = (of: (block: BlockCapacity) => number): number =>
    Math.max(0, Math.min(...blocks.map(of))) * part
  const watts = least((block) => block.watts)
  if (blocks.every(({ phaseWatts }) => phaseWatts === undefined)) return { watts }
  const onPhase = (phase: 0 | 1 | 2): number =>
    least((block) => block.phaseWatts?.[phase] ?? block.watts)
  return { watts, phaseWatts: [onPhase(0), onPhase(1), onPhase(2)] }
}

/** The first block is what is left of it. */
const hoursOf = ({ from, capacity }: GroupNeed, now: Instant): number[] =>
  capacity.map((_, at) => (at === 0 ? blockHours - (now - from) / 3_600_000 : blockHours))

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

const isThroughout = (
  from: Instant,
  { arrival, departure }: GroupSession,
  block: number,
  now: Instant,
): boolean => {
  const begins = from + block * groupBlockMillis
  return arrival <= Math.max(begins, now) && departure >= begins + groupBlockMillis
}

const energyOf = (watts: readonly number[], hours: readonly number[]): number =>
  watts.reduce((sum, each, at) => sum + each * (hours[at] ?? 0), 0)

function settled(
  { id, energyWattHours }: GroupSession,
  planned: GroupSessionPlan | undefined,
  watts: readonly number[],
  prices: readonly number[],
  hours: readonly number[],
): SteadySession {
  // Whoever is full takes no more of the last block.
  const plannedWattHours = Math.min(energyWattHours, energyOf(watts, hours))
  const missing = energyWattHours - plannedWattHours
  const reason = planned?.shortfall?.reason ?? 'CapacityTooSmall'
  const paid = watts.map((each, block) => each * (hours[block] ?? 0) * (prices[block] ?? 0))
  return {
    id,
    watts,
    plannedWattHours: Math.floor(plannedWattHours),
    costPence: paid.reduce((sum, each) => sum + each, 0) / 1000,
    ...(missing >= shortWattHoursMin && {
      shortfall: { wattHours: Math.ceil(missing), reason },
    }),
  }
}
