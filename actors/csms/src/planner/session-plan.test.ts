import { eui64, inHours, inMinutes, instant, plus } from '@interlock/kernel'
import type { Schedule } from '@interlock/power'
import { expect, test } from 'vitest'
import type { StationView } from '../core/view.ts'
import { vehicleAt } from '../fixture/view.fixture.ts'
import { goalOf, planOf, sameFrom } from './session-plan.ts'

const now = instant(Date.UTC(2026, 0, 5, 18))
const assume = {
  expectedSessions: [],
  departure: '07:30',
  energyWattHours: 10_000,
  arrivalToleranceMinutes: 60,
}
const view = (): StationView => vehicleAt(1, now)

test('the driver’s goal comes first, then the expected one, then the usual one', () => {
  const driver = { departure: plus(now, inHours(3)), energyWattHours: 5, source: 'driver' } as const
  expect(goalOf({ ...view(), goal: driver }, now, assume)).toBe(driver)
  const expected = {
    stationId: 'CS-1',
    arrival: '18:10',
    departure: '06:00',
    energyWattHours: 8000,
  }
  expect(goalOf(view(), now, { ...assume, expectedSessions: [expected] })).toMatchObject({
    energyWattHours: 8000,
    source: 'expected',
  })
  expect(goalOf(view(), now, assume)).toEqual({
    departure: instant(Date.UTC(2026, 0, 6, 7, 30)),
    energyWattHours: 10_000,
    source: 'usual',
  })
})

test('a goal whose departure has passed no longer counts', () => {
  const goal = { departure: now, energyWattHours: 5, source: 'driver' } as const
  expect(goalOf({ ...view(), goal }, now, assume).source).toBe('usual')
})

test('what has been charged is not planned again', () => {
  const goal = goalOf(view(), now, assume)
  const meter = eui64('02-00-00-03-00-00-00-01')
  const tariff = { meter, counter: 1n, version: 1, prices: [], readAt: now }
  const before = planOf(view(), goal, tariff, now)
  const later = planOf({ ...view(), meterWattHours: 6000 }, goal, tariff, now)
  expect([before.plannedWattHours, later.plannedWattHours]).toEqual([10_000, 4000])
})

test('a plan that allows the same from now on is not sent again', () => {
  const held: Schedule = {
    from: now,
    until: plus(now, inHours(2)),
    periods: [
      { from: now, limitWatts: 0 },
      { from: plus(now, inHours(1)), limitWatts: 7000 },
    ],
  }
  const later = plus(now, inMinutes(30))
  expect(
    sameFrom(later, held, {
      ...held,
      from: later,
      periods: [
        { from: later, limitWatts: 0 },
        { from: plus(now, inHours(1)), limitWatts: 7000 },
      ],
    }),
  ).toBe(true)
  expect(
    sameFrom(later, held, { ...held, from: later, periods: [{ from: later, limitWatts: 0 }] }),
  ).toBe(false)
  expect(sameFrom(now, undefined, held)).toBe(false)
})
