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
import { energyOf, held, isThroughout, shortWattHoursMin } from './hold-levels.ts'
import type { Line } from './room.ts'

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

/**
 * A group's plan that keeps to its capacity although each station follows each edge late by a random
 * delay of its own: in every block, what all may draw by this block's level or by any that a late
 * station still follows. So a level falls a while before the capacity does, and a neighbour rises only
 * into what nobody may still be drawing. What that costs in energy is made up in the cheapest blocks
 * that have room.
 */
export function planUnderDelays(need: DelayedNeed): SteadyPlan {
  const { group, leastWatts, now, before, delayBlocks } = need
  const { sessions, tariffs } = group
  assert(before.length === sessions.length, 'what each session may draw now')
  assert(leastWatts.length === sessions.length, 'the least at which each charges')
  assert(now >= group.from && now < group.from + groupBlockMillis, 'now is in the first block')
  const hours = hoursOf(group, now)
  const plan = planGroup({
    ...group,
    capacity: group.capacity.map((_, at) =>
      heldIn(group.capacity.slice(at, at + delayBlocks + 1), (hours[at] ?? 0) / blockHours),
    ),
    sessions: sessions.map((each) => ({ ...each, arrival: later(each.arrival, now) })),
  })
  const drafted = plan.sessions.map(({ wattHours }) => wattHours)
  const steadied = drafted.map((wattHours, at) => steady(need, at, wattHours, hours))
  const [asSteady, asDrafted] = [steadied, drafted].map((wattHours) =>
    held(need, wattHours, plan.sessions, hours),
  )
  const worse = leastPart(asSteady, plan.sessions, hours) + partError
  const levels = worse < leastPart(asDrafted, plan.sessions, hours) ? asDrafted : asSteady
  return {
    sessions: sessions.map((session, at) =>
      settled(session, plan.sessions[at], levels?.[at] ?? [], tariffs[session.tariff] ?? [], hours),
    ),
    shortBlocks: plan.shortBlocks,
  }
}

const blockHours = groupBlockMillis / 3_600_000
/** Of what was planned; who has less than this less is no worse off. */
const partError = 0.01

/** Of what was planned for each, the part that whoever has least of it keeps. */
const leastPart = (
  levels: readonly (readonly number[])[] = [],
  planned: readonly GroupSessionPlan[],
  hours: readonly number[],
): number =>
  Math.min(
    1,
    ...planned.map(({ plannedWattHours }, at) =>
      plannedWattHours === 0 ? 1 : energyOf(levels[at] ?? [], hours) / plannedWattHours,
    ),
  )
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

/**
 * What is planned at one price, at one level from its first block on: each edge costs of a budget, and whoever
 * is stopped half-way has had its part. At no less than the vehicle charges at.
 */
function steady(
  { group, now, leastWatts }: DelayedNeed,
  at: number,
  wattHours: readonly number[],
  hours: readonly number[],
): readonly number[] {
  const session = group.sessions[at]
  if (session === undefined) return wattHours
  const prices = group.tariffs[session.tariff] ?? []
  const whole = [...hours.keys()].filter((block) => isThroughout(group.from, session, block, now))
  const spread = [...wattHours]
  for (const price of new Set(whole.map((block) => prices[block]))) {
    const blocks = whole.filter((block) => prices[block] === price)
    const length = blocks.reduce((sum, block) => sum + (hours[block] ?? 0), 0)
    let left = blocks.reduce((sum, block) => sum + (wattHours[block] ?? 0), 0)
    const least = leastWatts[at] ?? 0
    const watts = Math.min(session.maxWatts, Math.max(left / length, least))
    for (const block of blocks) {
      const most = watts * (hours[block] ?? 0)
      // Of the last block a vehicle may need no more than a part, and would not charge at less.
      spread[block] = left < 1 ? 0 : Math.min(most, Math.max(left, least * (hours[block] ?? 0)))
      left -= spread[block]
    }
  }
  return spread
}

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
