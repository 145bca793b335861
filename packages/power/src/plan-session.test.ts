import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromIso, inHours, inMinutes, instant, plus, type Instant } from '@interlock/kernel'
import { planSession } from './plan-session.ts'
import { halfHourMillis, type HalfHourPrice } from './prices.ts'
import { limitAt, scheduledWattHours, scheduleProblem, spans } from './schedule.ts'

const at = (text: string): Instant => fromIso(text) ?? instant(Number.NaN)
const evening = at('2026-01-05T18:00:00Z')

const pricesFrom = (from: Instant, pence: readonly number[]): HalfHourPrice[] =>
  pence.map((price, n) => ({
    from: instant(from + n * halfHourMillis),
    pencePerKilowattHour: price,
  }))

test('charges in the cheapest half-hours before departure', () => {
  const plan = planSession({
    now: evening,
    departure: plus(evening, inHours(3)),
    energyWattHours: 7000,
    maxWatts: 7000,
    prices: pricesFrom(evening, [30, 28, 9, 20, 8, 20]),
    slackSeconds: 0,
  })
  expect(plan.shortfall).toBeUndefined()
  expect(plan.schedule?.periods).toEqual([
    { from: evening, limitWatts: 0 },
    { from: plus(evening, inMinutes(60)), limitWatts: 7000 },
    { from: plus(evening, inMinutes(90)), limitWatts: 0 },
    { from: plus(evening, inMinutes(120)), limitWatts: 7000 },
    { from: plus(evening, inMinutes(150)), limitWatts: 0 },
  ])
  expect(plan.costPence).toBeCloseTo(3.5 * 9 + 3.5 * 8)
})

test('moves charging to negative prices and reports that the driver is paid', () => {
  const plan = planSession({
    now: evening,
    departure: plus(evening, inHours(2)),
    energyWattHours: 3500,
    maxWatts: 7000,
    prices: pricesFrom(evening, [5, 4, -7, -2]),
    slackSeconds: 0,
  })
  const { schedule } = plan
  expect(schedule && limitAt(schedule, plus(evening, inMinutes(75)))).toBe(7000)
  expect(plan.costPence).toBeCloseTo(-24.5)
})

test('names the shortfall when the energy does not fit before departure', () => {
  const plan = planSession({
    now: evening,
    departure: plus(evening, inHours(1)),
    energyWattHours: 10_000,
    maxWatts: 7000,
    prices: pricesFrom(evening, [1, 1]),
    slackSeconds: 600,
  })
  expect(plan.plannedWattHours).toBeCloseTo(7000)
  expect(plan.shortfall).toEqual({ wattHours: 3000, reason: 'TooLittleTime' })
})

test('plans nothing when departure has passed, and says so', () => {
  const need = { now: evening, departure: evening, maxWatts: 7000, prices: [], slackSeconds: 0 }
  expect(planSession({ ...need, energyWattHours: 1000 })).toEqual({
    plannedWattHours: 0,
    costPence: 0,
    unpricedWattHours: 0,
    shortfall: { wattHours: 1000, reason: 'TooLittleTime' },
  })
  expect(planSession({ ...need, energyWattHours: 0 }).shortfall).toBeUndefined()
})

test('without power the whole need is a shortfall, and the schedule allows nothing', () => {
  const plan = planSession({
    now: evening,
    departure: plus(evening, inHours(1)),
    energyWattHours: 1000,
    maxWatts: 0,
    prices: [],
    slackSeconds: 0,
  })
  expect(plan.shortfall).toEqual({ wattHours: 1000, reason: 'NoPower' })
  expect(plan.schedule && scheduledWattHours(plan.schedule)).toBe(0)
})

test('half-hours without a price are used last', () => {
  const plan = planSession({
    now: evening,
    departure: plus(evening, inHours(2)),
    energyWattHours: 7000,
    maxWatts: 7000,
    prices: pricesFrom(plus(evening, inMinutes(90)), [90]),
    slackSeconds: 0,
  })
  expect(plan.unpricedWattHours).toBeCloseTo(3500)
  expect(plan.costPence).toBeCloseTo(3.5 * 90)
})

test('is done the slack before departure when there is time for it', () => {
  const departure = plus(evening, inHours(2))
  const need = { now: evening, departure, maxWatts: 7000, prices: [], slackSeconds: 600 }
  const cheapLast = pricesFrom(evening, [9, 9, 9, 1])
  const plan = planSession({ ...need, energyWattHours: 3500, prices: cheapLast })
  const last = plan.schedule && spans(plan.schedule).findLast((span) => span.limitWatts > 0)
  expect(last?.until).toBe(departure - 600_000)
})

test('a night in which the clocks change has its hours planned by instant, not by label', () => {
  const beforeChange = at('2026-10-24T23:00:00Z')
  const prices = pricesFrom(beforeChange, [20, 20, 1, 1, 1, 1, 20, 20])
  const plan = planSession({
    now: beforeChange,
    departure: plus(beforeChange, inHours(4)),
    energyWattHours: 14_000,
    maxWatts: 7000,
    prices,
    slackSeconds: 0,
  })
  expect(plan.schedule?.periods.map((period) => new Date(period.from).toISOString())).toEqual([
    '2026-10-24T23:00:00.000Z',
    '2026-10-25T00:00:00.000Z',
    '2026-10-25T02:00:00.000Z',
  ])
})

const orders = fc.array(fc.nat(), { minLength: 98, maxLength: 98 })
const needs = fc.record({
  startMinute: fc.integer({ min: 0, max: 24 * 60 }),
  minutes: fc.integer({ min: 1, max: 24 * 60 }),
  energyWattHours: fc.integer({ min: 0, max: 80_000 }),
  maxWatts: fc.constantFrom(1380, 3680, 7000, 22_000),
  pence: fc.array(fc.integer({ min: -20, max: 60 }), { minLength: 98, maxLength: 98 }),
  slackSeconds: fc.constantFrom(0, 600, 1800),
})

test('the planned energy equals the need when that is feasible, and the shortfall is the rest', () => {
  fc.assert(
    fc.property(needs, ({ startMinute, minutes, pence, ...rest }) => {
      const now = plus(evening, inMinutes(startMinute))
      const departure = plus(now, inMinutes(minutes))
      const plan = planSession({ ...rest, now, departure, prices: pricesFrom(evening, pence) })
      const possible = (rest.maxWatts * minutes) / 60
      const expected = Math.min(rest.energyWattHours, possible)
      expect(plan.plannedWattHours).toBeCloseTo(expected, 6)
      expect((plan.shortfall?.wattHours ?? 0) + plan.plannedWattHours).toBeCloseTo(
        rest.energyWattHours,
        6,
      )
      const schedule = plan.schedule
      expect(schedule && scheduleProblem(schedule)).toBeUndefined()
      const scheduled = schedule ? scheduledWattHours(schedule) : 0
      expect(Math.abs(scheduled - expected)).toBeLessThanOrEqual(rest.maxWatts / 3600 + 1e-6)
    }),
  )
})

test('no other feasible choice of half-hours costs less', () => {
  fc.assert(
    fc.property(needs, orders, (need, order) => {
      const now = evening
      const halfHours = Math.max(1, Math.floor(need.minutes / 30))
      const departure = plus(now, inMinutes(halfHours * 30))
      const prices = pricesFrom(evening, need.pence)
      const count = 1 + ((need.energyWattHours + need.startMinute) % halfHours)
      const energyWattHours = (count * need.maxWatts) / 2
      const plan = planSession({
        ...need,
        now,
        departure,
        prices,
        energyWattHours,
        slackSeconds: 0,
      })
      const shuffled = need.pence
        .slice(0, halfHours)
        .map((price, n) => ({ price, order: order[n] ?? 0 }))
        .sort((a, b) => a.order - b.order)
      const other = shuffled
        .slice(0, count)
        .reduce((cost, { price }) => cost + (price * need.maxWatts) / 2000, 0)
      expect(plan.costPence).toBeLessThanOrEqual(other + need.maxWatts / 3600)
    }),
  )
})
