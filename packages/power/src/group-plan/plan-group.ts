import { assert } from '@interlock/kernel'
import { BlockFlow } from './block-flow.ts'
import { boundsOf, type Bounds } from './bounds.ts'
import { fairCuts } from './fair-shares.ts'
import { fill } from './fill.ts'
import { sharesOfAll } from './phase-shares.ts'
import { phaseWattsOf } from './priced-limits.ts'
import {
  groupBlockMillis,
  groupBlocksMax,
  groupSessionsMax,
  type BlockCapacity,
  type GroupNeed,
  type GroupPlan,
  type GroupSessionPlan,
  type SessionPhase,
} from './need.ts'

/**
 * Plans all sessions of a group: what each needs by its departure, inside capacity, phases and fuses,
 * at the least cost for all; among equals the one least harmed so far gives way. Where not everybody can
 * have all, everybody gets what is possible, in equal parts, and it is said who is short, of how much
 * and why. Never more than is allowed, whatever is asked.
 */
export function planGroup(need: GroupNeed): GroupPlan {
  const { capacity, sessions, tariffs } = need
  assert(capacity.length <= groupBlocksMax, 'too many blocks')
  assert(sessions.length <= groupSessionsMax, 'too many sessions')
  for (const { tariff } of sessions)
    assert(tariffs[tariff]?.length === capacity.length, 'a tariff has a price for each block')

  const bounds = boundsOf(need)
  if (capacity.every(({ phaseWatts }) => phaseWatts === undefined))
    return planOf(need, bounds, [everybody])
  // Those on all phases and those on one stand in each other's way: whoever is planned first keeps to
  // what is best for all, and the others have what is left.
  const shares = sharesOfAll(need, bounds)
  const first = planOf(need, bounds, [only(onAll, shares), ...onOne])
  const second = planOf(need, bounds, [...onOne.map((each) => without(each, shares)), onAll])
  const missing = planned(second) - planned(first)
  return missing > 0 || (missing === 0 && second.costPence < first.costPence) ? second : first
}

const planned = (plan: GroupPlan): number =>
  plan.sessions.reduce((sum, session) => sum + session.plannedWattHours, 0)

/** Sessions that share a capacity, and what of it is theirs. */
type Class = {
  readonly phases: readonly SessionPhase[]
  readonly watts: (block: BlockCapacity, used: PhaseUse, at: number) => number
}
/** Watts on each phase that are given away. */
type PhaseUse = readonly [number, number, number]

const everybody: Class = { phases: ['ALL', 'ONE', 'TWO', 'THREE'], watts: ({ watts }) => watts }
const leftOn = (block: BlockCapacity, used: PhaseUse, phase: 0 | 1 | 2): number =>
  phaseWattsOf(block, phase) - used[phase]
const onAll: Class = {
  phases: ['ALL'],
  watts: (block, used) =>
    3 * Math.min(leftOn(block, used, 0), leftOn(block, used, 1), leftOn(block, used, 2)),
}
const onePhases = ['ONE', 'TWO', 'THREE'] as const
const onOne: readonly Class[] = onePhases.map((phase, at) => ({
  phases: [phase],
  watts: (block, used) => leftOn(block, used, at as 0 | 1 | 2),
}))

/** `shares`: watts on each phase, by block, for those who charge on all. */
const only = (all: Class, shares: Float64Array): Class => ({
  phases: all.phases,
  watts: (block, used, at) => Math.min(3 * (shares[at] ?? 0), all.watts(block, used, at)),
})
const without = (one: Class, shares: Float64Array): Class => ({
  phases: one.phases,
  watts: (block, used, at) => one.watts(block, used, at) - (shares[at] ?? 0),
})

function planOf(need: GroupNeed, bounds: Bounds, classes: readonly Class[]): GroupPlan {
  const { capacity, sessions, tariffs } = need
  const blocks = capacity.length
  const used = capacity.map((): [number, number, number] => [0, 0, 0])
  const plans = new Map<number, GroupSessionPlan>()
  const shortBlocks = new Set<number>()
  for (const each of classes) {
    const members = [...sessions.keys()].filter((at) =>
      each.phases.includes(sessions[at]?.phase ?? 'ALL'),
    )
    const limits = {
      most: joined(members.map((at) => bounds.most.subarray(at * blocks, (at + 1) * blocks))),
      capacity: Float64Array.from(capacity, (block, at) =>
        Math.max(0, Math.floor(each.watts(block, used[at] ?? [0, 0, 0], at) * blockHours)),
      ),
    }
    const wanted = Int32Array.from(members, (at) => bounds.wanted[at] ?? 0)
    const flat = { tariffs: [capacity.map(() => 0)], tariffOf: new Int32Array(members.length) }
    const cuts = fairCuts(new BlockFlow({ ...limits, ...flat }), wanted)
    const tariffOf = Int32Array.from(members, (at) => sessions[at]?.tariff ?? 0)
    const flow = new BlockFlow({ ...limits, tariffs, tariffOf })
    const late = fill(
      flow,
      wanted.map((wattHours, row) => wattHours - (cuts.bySession[row] ?? 0)),
    )
    for (const block of cuts.blocks) shortBlocks.add(block)
    for (const [row, at] of members.entries()) {
      const cut = (cuts.bySession[row] ?? 0) + (late[row] ?? 0)
      plans.set(at, sessionPlan(need, bounds, flow, row, at, cut))
    }
    for (const [block, use] of used.entries())
      for (const phase of [0, 1, 2] as const)
        if (each.phases.includes('ALL')) use[phase] += (flow.load[block] ?? 0) / blockHours / 3
        else if (each.phases.includes(onePhases[phase]))
          use[phase] += (flow.load[block] ?? 0) / blockHours
  }
  const ordered = sessions.flatMap((_, at) => plans.get(at) ?? [])
  return {
    sessions: ordered,
    costPence: ordered.reduce((sum, { costPence }) => sum + costPence, 0),
    shortBlocks: [...shortBlocks].sort((a, b) => a - b),
  }
}

const blockHours = groupBlockMillis / 3_600_000

function joined(rows: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(rows.reduce((sum, row) => sum + row.length, 0))
  let at = 0
  for (const row of rows) {
    all.set(row, at)
    at += row.length
  }
  return all
}

function sessionPlan(
  { sessions }: GroupNeed,
  { shortfall }: Bounds,
  flow: BlockFlow,
  row: number,
  at: number,
  cut: number,
): GroupSessionPlan {
  const wattHours = Array.from({ length: flow.blocks }, (_, block) => flow.at(row, block))
  const own = shortfall[at]
  const missing = cut + (own?.wattHours ?? 0)
  const reason = own === undefined || cut > own.wattHours ? 'CapacityTooSmall' : own.reason
  return {
    id: sessions[at]?.id ?? '',
    wattHours,
    plannedWattHours: wattHours.reduce((sum, each) => sum + each, 0),
    costPence:
      wattHours.reduce((sum, each, block) => sum + each * flow.price(row, block), 0) / 1000,
    ...(missing > 0 && { shortfall: { wattHours: missing, reason } }),
  }
}
