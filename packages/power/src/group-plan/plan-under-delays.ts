import { assert, instant, type Instant } from '@interlock/kernel'
import {
  groupBlockMillis,
  type GroupNeed,
  type GroupSession,
  type GroupSessionPlan,
  type ShortReason,
} from './need.ts'
import { planGroup } from './plan-group.ts'

export type DelayedNeed = {
  /** Without limits on phases. */
  readonly group: GroupNeed
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
export function planUnderDelays({ group, now, before, delayBlocks }: DelayedNeed): SteadyPlan {
  const { sessions, tariffs } = group
  assert(before.length === sessions.length, 'what each session may draw now')
  assert(now >= group.from && now < group.from + groupBlockMillis, 'now is in the first block')
  const hours = hoursOf(group, now)
  const capacity = group.capacity.map(({ watts }) => Math.max(0, watts))
  // A station that is late when the capacity falls must have fallen before.
  const held = capacity.map((_, at) => Math.min(...capacity.slice(at, at + delayBlocks + 1)))
  const plan = planGroup({
    ...group,
    capacity: held.map((watts, at) => ({ watts: (watts * (hours[at] ?? 0)) / blockHours })),
    sessions: sessions.map((each) => ({ ...each, arrival: later(each.arrival, now) })),
  })
  const levels = plan.sessions.map(({ wattHours }) =>
    // Hours are no whole numbers, and neither is what they divide.
    wattHours.map((each, at) => Math.floor(each / (hours[at] ?? 1) + 1e-6)),
  )
  const room = new Room(levels, before, capacity, delayBlocks)
  room.cutRises(sessions)
  for (const [at, session] of sessions.entries()) {
    const planned = plan.sessions[at]?.plannedWattHours ?? 0
    const missing = planned - energyOf(levels[at] ?? [], hours)
    const prices = tariffs[session.tariff] ?? []
    if (missing >= shortWattHoursMin) refill(at, missing, { group, now, prices, room, hours })
  }
  return {
    sessions: sessions.map((session, at) =>
      settled(session, plan.sessions[at], levels[at] ?? [], tariffs[session.tariff] ?? [], hours),
    ),
    shortBlocks: plan.shortBlocks,
  }
}

const blockHours = groupBlockMillis / 3_600_000
const later = (a: Instant, b: Instant): Instant => instant(Math.max(a, b))

/** The first block is what is left of it. */
const hoursOf = ({ from, capacity }: GroupNeed, now: Instant): number[] =>
  capacity.map((_, at) => (at === 0 ? blockHours - (now - from) / 3_600_000 : blockHours))

/** What all may draw in each block, by every level that somebody may still follow. */
class Room {
  readonly levels: readonly number[][]
  readonly before: readonly number[]
  readonly capacity: readonly number[]
  readonly late: number
  /** By block. */
  readonly left: number[]

  constructor(
    levels: readonly number[][],
    before: readonly number[],
    capacity: readonly number[],
    late: number,
  ) {
    this.levels = levels
    this.before = before
    this.capacity = capacity
    this.late = late
    this.left = capacity.map((watts, block) =>
      [...levels.keys()].reduce((rest, session) => rest - this.highest(session, block), watts),
    )
  }

  /** The highest level that a session may follow in `block`, without those after `last`. */
  highest(session: number, block: number, last = block): number {
    let most = block - this.late < 0 ? (this.before[session] ?? 0) : 0
    for (let at = Math.max(0, block - this.late); at <= last; at += 1)
      most = Math.max(most, this.levels[session]?.[at] ?? 0)
    return most
  }

  /** Whoever leaves last gives way first: it has the most time to make up for it. */
  cutRises(sessions: readonly GroupSession[]): void {
    const order = [...sessions.keys()].sort(
      (a, b) => (sessions[b]?.departure ?? 0) - (sessions[a]?.departure ?? 0) || a - b,
    )
    for (let block = 0; block < this.capacity.length; block += 1)
      for (let at = block; at <= block + this.late && at < this.capacity.length; at += 1)
        this.cutIn(block, at, order)
  }

  /** Of what rises in `block` so much that who is late keeps to the capacity of block `at`. */
  cutIn(block: number, at: number, order: readonly number[]): void {
    const all = order.reduce((sum, session) => sum + this.highest(session, at, block), 0)
    let excess = all - (this.capacity[at] ?? 0)
    for (const session of order) {
      if (excess <= 0) return
      const rise = this.highest(session, at, block) - this.highest(session, at, block - 1)
      const cut = Math.min(excess, rise)
      if (cut <= 0) continue
      this.raise(session, block, -cut)
      excess -= cut
    }
  }

  raise(session: number, block: number, watts: number): void {
    const row = this.levels[session]
    if (row === undefined) return
    const touched = Array.from({ length: this.late + 1 }, (_, late) => block + late)
    const was = touched
      .filter((at) => at < this.capacity.length)
      .map((at) => [at, this.highest(session, at)] as const)
    row[block] = (row[block] ?? 0) + watts
    for (const [at, highest] of was)
      this.left[at] = (this.left[at] ?? 0) + highest - this.highest(session, at)
  }

  /** By how much the level may rise in `block`. */
  above(session: number, block: number): number {
    const level = this.levels[session]?.[block] ?? 0
    let most = Infinity
    const end = Math.min(block + this.late, this.capacity.length - 1)
    for (let at = block; at <= end; at += 1)
      most = Math.min(most, Math.max(0, this.left[at] ?? 0) + this.highest(session, at) - level)
    return Math.floor(most)
  }
}

type Filling = {
  readonly group: GroupNeed
  readonly now: Instant
  readonly prices: readonly number[]
  readonly room: Room
  readonly hours: readonly number[]
}

function refill(at: number, wattHours: number, { group, now, prices, room, hours }: Filling): void {
  const session = group.sessions[at]
  if (session === undefined) return
  let missing = wattHours
  const cheapest = [...hours.keys()].sort((a, b) => (prices[a] ?? 0) - (prices[b] ?? 0) || a - b)
  for (const block of cheapest) {
    const length = hours[block] ?? 0
    if (missing <= 0) return
    if (!isThroughout(group.from, session, block, now)) continue
    const level = room.levels[at]?.[block] ?? 0
    const most = Math.min(session.maxWatts - level, Math.ceil(missing / length))
    const more = Math.min(most, room.above(at, block))
    if (more <= 0) continue
    room.raise(at, block, more)
    missing -= more * length
  }
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
  const plannedWattHours = energyOf(watts, hours)
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
