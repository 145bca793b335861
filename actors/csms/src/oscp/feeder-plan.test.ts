import { inHours, instant, plus, stationId } from '@interlock/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Connection, Left } from './feeder-lines.ts'
import { planFeeder, serves, type FeederNeed, type FeederPlan } from './feeder-plan.ts'

const evening = instant(Date.UTC(2026, 0, 5, 18))
const phases = ['ALL', 'ONE', 'TWO', 'THREE'] as const

/** Vehicles that stay three hours, by how they are connected. */
const need = (
  left: Left,
  connections: readonly (Connection | undefined)[],
  energyWattHours = 4_500,
): FeederNeed => ({
  now: evening,
  leftAt: () => left,
  sessions: connections.map((connection, at) => ({
    station: stationId(`CS-${at}`),
    transactionId: `T-${at}`,
    departure: plus(evening, inHours(3)),
    energyWattHours,
    maxWatts: connection?.phase === 'ALL' ? 11_000 : 7_360,
    prices: undefined,
    before: 0,
    fallbackWatts: 0,
    delaySecondsMax: 600,
    connection,
  })),
})

/** The most on each phase, of those in question, each up to a block late; in watts. */
function most(
  plan: FeederPlan,
  { sessions }: FeederNeed,
  of: (connection?: Connection) => boolean = () => true,
): number[] {
  const blocks = Array.from({ length: 12 }, (_, block) => block)
  return phases.slice(1).map((phase) =>
    Math.max(
      ...blocks.map((block) =>
        plan.sessions.reduce((sum, { watts }, at) => {
          const connection = sessions[at]?.connection
          const drawn = Math.max(0, ...watts.slice(Math.max(0, block - 1), block + 1))
          if (!of(connection)) return sum
          if (connection === undefined) return sum + drawn
          return (
            sum +
            (connection.phase === 'ALL' ? drawn / 3 : Number(connection.phase === phase) * drawn)
          )
        }, 0),
      ),
    ),
  )
}
const shortOf = ({ sessions }: FeederPlan) => sessions.map(({ shortfall }) => shortfall?.reason)

test('neighbours on other phases charge at once, and those on one phase after each other', () => {
  const left = { watts: 12_000, phaseWatts: [4_000, 4_000, 4_000] } as const
  const three = need(left, [{ phase: 'ONE' }, { phase: 'TWO' }, { phase: 'THREE' }])
  const plan = planFeeder(three)
  expect(shortOf(plan)).toEqual([undefined, undefined, undefined])
  for (const each of most(plan, three)) expect(each).toBeLessThanOrEqual(4_000)
  const together = need(left, [{ phase: 'ONE' }, { phase: 'ONE' }, { phase: 'ONE' }])
  const one = planFeeder(together)
  expect(most(one, together)[0]).toBeLessThanOrEqual(4_000)
  expect(shortOf(one)).toContain('CapacityTooSmall')
  expect(one.shortBlocks.length).toBeGreaterThan(0)
})

test('a station of which nobody knows the phase counts on each', () => {
  const left = { watts: 12_000, phaseWatts: [4_000, 2_000, 4_000] } as const
  const unknown = need(left, [undefined])
  for (const each of most(planFeeder(unknown), unknown)) expect(each).toBeLessThanOrEqual(2_000)
})

test('those behind one fuse keep to it on each phase, whatever the feeder bears', () => {
  const fuse = { name: 'house', amperes: 25 }
  const both = need(
    { watts: 100_000 },
    [{ phase: 'ONE', fuse }, { phase: 'ONE', fuse }, { phase: 'ONE' }],
    8_000,
  )
  const plan = planFeeder(both)
  const [behind = 0] = most(plan, both, (connection) => connection?.fuse !== undefined)
  expect(behind).toBeLessThanOrEqual(25 * 230)
  expect(most(plan, both)[0]).toBeGreaterThan(25 * 230)
  expect(shortOf(plan)).toEqual([undefined, undefined, undefined])
})

test('a fuse that leaves less than a vehicle charges at is named, and the feeder is not blamed', () => {
  const plan = planFeeder(
    need({ watts: 100_000 }, [{ phase: 'ONE', fuse: { name: 'f', amperes: 5 } }]),
  )
  expect(plan.sessions[0]?.watts.every((watts) => watts === 0)).toBe(true)
  expect(shortOf(plan)).toEqual(['FuseTooSmall'])
  expect(plan.shortBlocks).toEqual([])
})

test('a plan no longer serves when a phase bears less, though the whole feeder bears as much', () => {
  const before = need({ watts: 12_000, phaseWatts: [4_000, 4_000, 4_000] }, [{ phase: 'ONE' }])
  const plan = planFeeder(before)
  expect(serves(plan, before)).toBe(true)
  const after = need({ watts: 12_000, phaseWatts: [1_400, 4_000, 4_000] }, [{ phase: 'ONE' }])
  expect(serves(plan, after)).toBe(false)
})

test('whatever is connected how: no limit is exceeded, six amperes or nothing, and who is short is told why', () => {
  const fuses = [
    { name: 'f', amperes: 20 },
    { name: 'g', amperes: 4 },
  ]
  const connection = fc.option(
    fc.record({
      phase: fc.constantFrom(...phases),
      fuse: fc.constantFrom(...fuses),
    }),
    { nil: undefined },
  )
  const watts = fc.integer({ min: 0, max: 9_000 })
  fc.assert(
    fc.property(
      fc.array(connection, { minLength: 1, maxLength: 5 }),
      fc.tuple(watts, watts, watts),
      (connections, phaseWatts) => {
        const asked = need({ watts: 12_000, phaseWatts }, connections)
        const plan = planFeeder(asked)
        for (const [phase, drawn] of most(plan, asked).entries())
          expect(drawn).toBeLessThanOrEqual((phaseWatts[phase] ?? 0) + 1e-3)
        for (const { name, amperes } of fuses)
          for (const drawn of most(plan, asked, (each) => each?.fuse?.name === name))
            expect(drawn).toBeLessThanOrEqual(amperes * 230 + 1e-3)
        for (const [
          at,
          { watts: levels, plannedWattHours, shortfall },
        ] of plan.sessions.entries()) {
          const least = connections[at]?.phase === 'ALL' ? 4_140 : 1_380
          for (const level of levels) expect(level === 0 || level >= least).toBe(true)
          if (plannedWattHours < 4_500 - 51) expect(shortfall).toBeDefined()
        }
      },
    ),
    { numRuns: 6 },
  )
})
