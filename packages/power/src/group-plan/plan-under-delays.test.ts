import { instant } from '@interlock/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  groupBlockMillis,
  planUnderDelays,
  type DelayedNeed,
  type GroupSession,
  type SteadyPlan,
} from './index.ts'

const blocks = 12
const start = 1_800_000_000_000 - (1_800_000_000_000 % groupBlockMillis)
const block = (at: number) => instant(start + at * groupBlockMillis)
const minutes = (count: number) => instant(start + count * 60_000)
const session = (id: string, change: Partial<GroupSession> = {}): GroupSession => ({
  id,
  arrival: block(0),
  departure: block(blocks),
  energyWattHours: 2_000,
  maxWatts: 4_000,
  phase: 'ALL',
  tariff: 0,
  ...change,
})
const need = (
  capacity: readonly number[],
  sessions: readonly GroupSession[],
  change: Partial<DelayedNeed> = {},
): DelayedNeed => ({
  group: {
    from: block(0),
    capacity: capacity.map((watts) => ({ watts })),
    tariffs: [Array.from({ length: blocks }, (_, at) => (at * 7) % 5)],
    sessions,
    fuses: new Map(),
  },
  lines: [],
  leastWatts: sessions.map(() => 0),
  now: block(0),
  before: sessions.map(() => 0),
  delayBlocks: 1,
  ...change,
})
const always = (watts: number) => Array.from({ length: blocks }, () => watts)

/** The most that all may draw in a block, each as late as it may be, of what counts on a line. */
const worst = (
  { sessions }: SteadyPlan,
  { before, delayBlocks }: DelayedNeed,
  at: number,
  parts?: readonly number[],
) =>
  sessions.reduce((sum, { watts }, who) => {
    const followed = watts.slice(Math.max(0, at - delayBlocks), at + 1)
    const most = Math.max(...followed, at < delayBlocks ? (before[who] ?? 0) : 0)
    return sum + most * (parts?.[who] ?? 1)
  }, 0)

test('a neighbour begins only when nobody may still be late', () => {
  const both = need(always(4_000), [session('a'), session('b')])
  const plan = planUnderDelays(both)
  expect(plan.sessions.map(({ shortfall }) => shortfall)).toEqual([undefined, undefined])
  for (let at = 0; at < blocks; at += 1) expect(worst(plan, both, at)).toBeLessThanOrEqual(4_000)
})

test('a level falls before the capacity does', () => {
  const falling = [...always(4_000).slice(0, 6), ...always(0).slice(6)]
  const [only] = planUnderDelays(need(falling, [session('a', { energyWattHours: 9_000 })])).sessions
  expect(only?.watts.slice(0, 7)).toEqual([4_000, 4_000, 4_000, 4_000, 4_000, 0, 0])
  expect(only?.shortfall).toEqual({ wattHours: 4_000, reason: 'CapacityTooSmall' })
})

test('what is left of the first block is planned at its own power', () => {
  const now = minutes(10)
  const alone = [session('a', { departure: block(1), energyWattHours: 300 })]
  const [only] = planUnderDelays(need(always(4_000), alone, { now })).sessions
  expect(only?.watts[0]).toBe(3_600)
  expect(only?.shortfall).toBeUndefined()
})

test('at one price all is charged at one level, from the first block on', () => {
  const flat = need(always(9_000), [session('a'), session('b')])
  const group = { ...flat.group, tariffs: [always(7)] }
  const plan = planUnderDelays({ ...flat, group })
  for (const { watts } of plan.sessions) expect(new Set(watts)).toEqual(new Set([666]))
  const least = planUnderDelays({ ...flat, group, leastWatts: [1_380, 1_380] })
  for (const { watts } of least.sessions)
    expect(watts.map((each) => each > 0)).toEqual(always(0).map((_, at) => at < 6))
})

test('a vehicle is offered what it charges at, or nothing, and neighbours take turns', () => {
  const both = [session('a'), session('b')]
  const floor = { leastWatts: [1_380, 1_380] }
  const plan = planUnderDelays(need(always(2_000), both, floor))
  for (const { watts, shortfall } of plan.sessions) {
    for (const each of watts) expect(each === 0 || each >= 1_380).toBe(true)
    expect(shortfall).toBeUndefined()
  }
  // Half of what each needs: nobody is left without.
  const little = planUnderDelays(
    need([...always(2_000).slice(0, 8), ...always(0).slice(8)], both, floor),
  )
  const parts = little.sessions.map(({ plannedWattHours }) => plannedWattHours / 2_000)
  expect(Math.min(...parts)).toBeGreaterThan(0.3)
  const none = planUnderDelays(need(always(1_300), [session('a')], { leastWatts: [1_380] }))
  expect(none.sessions[0]?.shortfall).toEqual({ wattHours: 2_000, reason: 'CapacityTooSmall' })
})

test('a line bears what counts on it and no more, and those who are on no such line are not held back', () => {
  const sessions = [session('a'), session('b'), session('c')]
  const lines = [{ watts: always(3_000), parts: [1, 1 / 3, 0] }]
  const whole = need(always(20_000), sessions, { lines, leastWatts: [1_380, 4_000, 1_380] })
  const plan = planUnderDelays(whole)
  for (let at = 0; at < blocks; at += 1)
    expect(worst(plan, whole, at, lines[0]?.parts)).toBeLessThanOrEqual(3_000)
  expect(plan.sessions.map(({ shortfall }) => shortfall)).toEqual(Array(3).fill(undefined))
  const alone = planUnderDelays(need(always(20_000), [session('c')], { leastWatts: [1_380] }))
  expect(plan.sessions[2]?.watts).toEqual(alone.sessions[0]?.watts)
})

test('whatever is asked, no delay of anybody takes the group above its capacity', () => {
  const anySession = fc.record({
    from: fc.integer({ min: 0, max: blocks - 1 }),
    stay: fc.integer({ min: 1, max: blocks }),
    energyWattHours: fc.integer({ min: 0, max: 12_000 }),
    maxWatts: fc.integer({ min: 1_000, max: 11_000 }),
    leastWatts: fc.constantFrom(0, 1_380, 4_140),
    part: fc.constantFrom(0, 1 / 3, 1),
  })
  fc.assert(
    fc.property(
      fc.array(anySession, { maxLength: 8 }),
      fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: blocks, maxLength: blocks }),
      fc.integer({ min: 0, max: 2 }),
      fc.integer({ min: 0, max: 14 }),
      (asked, capacity, delayBlocks, into) => {
        const sessions = asked.map(({ from, stay, energyWattHours, maxWatts }, at) =>
          session(`s${at}`, {
            energyWattHours,
            maxWatts,
            arrival: block(from),
            departure: block(Math.min(blocks, from + stay)),
          }),
        )
        const line = { watts: capacity.toReversed(), parts: asked.map(({ part }) => part) }
        const leastWatts = asked.map((each) => each.leastWatts)
        const now = minutes(into)
        const whole = need(capacity, sessions, { now, delayBlocks, leastWatts, lines: [line] })
        const plan = planUnderDelays(whole)
        for (let at = 0; at < blocks; at += 1) {
          expect(worst(plan, whole, at)).toBeLessThanOrEqual(capacity[at] ?? 0)
          const onLine = worst(plan, whole, at, line.parts)
          expect(onLine).toBeLessThanOrEqual((line.watts[at] ?? 0) + 1e-3)
        }
        for (const [at, { watts, plannedWattHours, shortfall }] of plan.sessions.entries()) {
          const { maxWatts = 0, energyWattHours = 0 } = sessions[at] ?? {}
          expect(Math.max(...watts)).toBeLessThanOrEqual(maxWatts)
          for (const each of watts) expect(each === 0 || each >= (leastWatts[at] ?? 0)).toBe(true)
          // Nobody is short without being told.
          if (energyWattHours - plannedWattHours > 51) expect(shortfall).toBeDefined()
        }
      },
    ),
    { numRuns: 60 },
  )
})
