import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { BlockFlow } from './block-flow.ts'
import { fill } from './fill.ts'
import { groupBlockMillis, planGroup, type GroupNeed, type GroupSession } from './index.ts'

const blocks = 8
const block = (at: number) => instant(at * groupBlockMillis)
/** Needs one block at full power. */
const session = (id: string, change: Partial<GroupSession> = {}): GroupSession => ({
  id,
  arrival: block(0),
  departure: block(blocks),
  energyWattHours: 1_000,
  maxWatts: 4_000,
  phase: 'ALL',
  tariff: 0,
  ...change,
})
const dearThenCheap = [40, 40, 40, 40, 20, 10, 30, 30]
const need = (change: Partial<GroupNeed> = {}): GroupNeed => ({
  from: block(0),
  capacity: Array.from({ length: blocks }, () => ({ watts: 100_000 })),
  tariffs: [dearThenCheap],
  sessions: [session('a')],
  fuses: new Map(),
  ...change,
})
const capacityOf = (watts: number): GroupNeed['capacity'] =>
  Array.from({ length: blocks }, () => ({ watts }))
const plannedIn = (need: GroupNeed) => planGroup(need).sessions.map(({ wattHours }) => wattHours)

test('a vehicle alone charges in its cheapest blocks', () => {
  const plan = planGroup(need({ sessions: [session('a', { energyWattHours: 1_500 })] }))
  expect(plan.sessions).toEqual([
    { id: 'a', wattHours: [0, 0, 0, 0, 500, 1_000, 0, 0], plannedWattHours: 1_500, costPence: 20 },
  ])
  expect(plan).toMatchObject({ costPence: 20, shortBlocks: [] })
})

test('neighbours share what the allotment leaves, and whoever must leave early has the early blocks', () => {
  const sessions = [
    session('a'),
    session('b', { departure: block(6) }),
    session('c', { departure: block(5) }),
  ]
  expect(plannedIn(need({ sessions, capacity: capacityOf(4_000) }))).toEqual([
    [0, 0, 0, 0, 0, 0, 1_000, 0],
    [0, 0, 0, 0, 0, 1_000, 0, 0],
    [0, 0, 0, 0, 1_000, 0, 0, 0],
  ])
})

test('one gives way so that another can, over more than one step', () => {
  // c can only charge in block 5, b in 4 and 5, a in 4 and 6: c pushes b, and b pushes a.
  const only = (id: string, from: number, until: number) =>
    session(id, { arrival: block(from), departure: block(until) })
  const sessions = [only('a', 4, 7), only('b', 4, 6), only('c', 5, 6)]
  expect(plannedIn(need({ sessions, capacity: capacityOf(4_000) }))).toEqual([
    [0, 0, 0, 0, 0, 0, 1_000, 0],
    [0, 0, 0, 0, 1_000, 0, 0, 0],
    [0, 0, 0, 0, 0, 1_000, 0, 0],
  ])
})

test('nobody charges outside arrival and departure, to the second', () => {
  const sessions = [
    session('a', {
      arrival: instant(block(5) + 300_000),
      departure: instant(block(6) + 450_000),
      energyWattHours: 9_999,
    }),
  ]
  const [plan] = planGroup(need({ sessions })).sessions
  expect(plan?.wattHours).toEqual([0, 0, 0, 0, 0, 666, 500, 0])
  expect(plan?.shortfall).toEqual({ wattHours: 9_999 - 1_166, reason: 'TooLittleTime' })
})

test('where there is not enough for all, all get equal parts of what they need, and it is said where', () => {
  const here = { arrival: block(4), departure: block(6) }
  const sessions = [
    session('a', { ...here, energyWattHours: 2_000 }),
    session('b', { ...here, energyWattHours: 1_000 }),
    session('c', { energyWattHours: 1_000 }),
  ]
  const plan = planGroup(need({ sessions, capacity: capacityOf(3_000) }))
  expect(plan.sessions.map(({ plannedWattHours }) => plannedWattHours)).toEqual([1_000, 500, 1_000])
  expect(plan.sessions.map(({ shortfall }) => shortfall)).toEqual([
    { wattHours: 1_000, reason: 'CapacityTooSmall' },
    { wattHours: 500, reason: 'CapacityTooSmall' },
    undefined,
  ])
  expect(plan.shortBlocks).toEqual([4, 5])
})

test('however little there is, nobody is left without: equal parts, whether in one block or in many', () => {
  const sessions = Array.from({ length: 12 }, (_, at) =>
    session(`s${at}`, {
      energyWattHours: at % 2 === 0 ? 1_000 : 4_000,
      arrival: block(at % 3),
      departure: block(6 + (at % 3)),
      tariff: at % 2,
    }),
  )
  const tariffs = [dearThenCheap, dearThenCheap.toReversed()]
  const { sessions: plans } = planGroup(need({ sessions, tariffs, capacity: capacityOf(6_000) }))
  const parts = plans.map(
    ({ plannedWattHours }, at) => plannedWattHours / (sessions[at]?.energyWattHours ?? 0),
  )
  // 12 kWh for the 30 that are needed.
  expect(plans.reduce((sum, { plannedWattHours }) => sum + plannedWattHours, 0)).toBe(12_000)
  for (const part of parts) expect(part).toBeCloseTo(0.4, 2)
})

test('a watt-hour too little for many is shared all the same', () => {
  const sessions = Array.from({ length: 200 }, (_, at) =>
    session(`s${at}`, { energyWattHours: 20_000, maxWatts: 10_000 }),
  )
  const plan = planGroup(need({ sessions, capacity: capacityOf(2_000_000 - 4) }))
  const short = plan.sessions.map(({ shortfall }) => shortfall?.wattHours ?? 0)
  expect([Math.max(...short), short.reduce((sum, each) => sum + each, 0)]).toEqual([1, blocks])
})

test('equal neighbours pay alike: who has given way once is not the next to do so', () => {
  const sessions = Array.from({ length: 4 }, (_, at) =>
    session(`s${at}`, { energyWattHours: 2_000 }),
  )
  const costs = planGroup(need({ sessions, capacity: capacityOf(4_000) })).sessions.map(
    ({ costPence }) => costPence,
  )
  expect(Math.max(...costs) - Math.min(...costs)).toBeLessThanOrEqual(40)
})

test('each pays its own tariff, and the whole costs least', () => {
  const sessions = [session('a', { tariff: 1 }), session('b')]
  const tariffs = [dearThenCheap, [9, 90, 90, 90, 90, 5, 90, 90]]
  // Both want block 5. For a the next best costs 4 more, for b it costs 10 more.
  expect(plannedIn(need({ sessions, tariffs, capacity: capacityOf(4_000) }))).toEqual([
    [1_000, 0, 0, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 1_000, 0, 0],
  ])
})

test('a price below nothing takes no more than is needed', () => {
  const tariffs = [dearThenCheap.map((price) => -price)]
  const [plan] = planGroup(need({ tariffs })).sessions
  expect([plan?.plannedWattHours, plan?.costPence]).toEqual([1_000, -40])
})

test('those behind one fuse stay within it together, and it is named when it is too small', () => {
  const sessions = ['a', 'b'].map((id) =>
    session(id, { fuse: 'f', energyWattHours: 6_000, arrival: block(0) }),
  )
  const fuses = new Map([['f', Array<number>(blocks).fill(5_000)]])
  const plan = planGroup(need({ sessions, fuses }))
  for (let at = 0; at < blocks; at += 1)
    expect(plan.sessions.reduce((sum, each) => sum + (each.wattHours[at] ?? 0), 0)).toBe(1_250)
  expect(plan.sessions[0]?.shortfall).toEqual({ wattHours: 1_000, reason: 'FuseTooSmall' })
  expect(() => planGroup(need({ sessions }))).toThrow(/fuse f/)
})

test('each phase has its own limit; who charges on three needs room on all', () => {
  const capacity: GroupNeed['capacity'] = Array.from({ length: blocks }, () => ({
    watts: 12_000,
    phaseWatts: [1_000, 4_000, 4_000],
  }))
  const many = { energyWattHours: 8_000 }
  const alone = (phase: GroupSession['phase']) =>
    planGroup(need({ capacity, sessions: [session('a', { ...many, phase })] })).sessions[0]
  expect(alone('TWO')?.plannedWattHours).toBe(8_000)
  expect(alone('ONE')).toMatchObject({ plannedWattHours: 2_000, shortfall: { wattHours: 6_000 } })
  expect(alone('ALL')?.plannedWattHours).toBe(6_000)
})

test('without capacity, power or time nothing is planned, and the reason is said', () => {
  const reasonOf = (change: Partial<GroupNeed>) => {
    const [plan] = planGroup(need(change)).sessions
    return [plan?.plannedWattHours, plan?.shortfall?.reason]
  }
  const gone = session('a', { departure: block(0) })
  expect(reasonOf({ capacity: capacityOf(0) })).toEqual([0, 'CapacityTooSmall'])
  expect(reasonOf({ sessions: [session('a', { maxWatts: 0 })] })).toEqual([0, 'TooLittleTime'])
  expect(reasonOf({ sessions: [gone] })).toEqual([0, 'TooLittleTime'])
  expect(planGroup(need({ sessions: [] }))).toEqual({ sessions: [], costPence: 0, shortBlocks: [] })
})

test('a search that does not end is ended, and the limit holds all the same', () => {
  const flow = new BlockFlow({
    most: Int32Array.from([5, 5, 5, 5]),
    capacity: Float64Array.from([6, 2]),
    tariffOf: Int32Array.from([0, 0]),
    tariffs: [[1, 2]],
  })
  const cuts = fill(flow, Int32Array.from([5, 5]), 0)
  expect([[...flow.load], [...cuts]]).toEqual([
    [6, 0],
    [4, 0],
  ])
})
