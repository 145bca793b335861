import { expect, test } from 'vitest'
import { inHours, instant, plus } from '@interlock/kernel'
import { compositeSchedule, type InstalledProfile } from './composite.ts'
import { constantLevel, levelAt } from './level.ts'

const start = instant(Date.UTC(2026, 0, 5))
const hour = (n: number) => plus(start, inHours(n))
const profile = (
  purpose: InstalledProfile['purpose'],
  stackLevel: number,
  from: number,
  until: number,
  limitWatts: number,
): InstalledProfile => ({
  purpose,
  stackLevel,
  schedule: { from: hour(from), until: hour(until), periods: [{ from: hour(from), limitWatts }] },
})

test('the transaction profile wins over the default, the station limit caps both', () => {
  const composite = compositeSchedule(
    [
      profile('TxDefaultProfile', 0, 0, 6, 5000),
      profile('TxProfile', 0, 2, 4, 7000),
      profile('ChargingStationMaxProfile', 0, 3, 8, 4000),
    ],
    constantLevel(7000),
    hour(0),
    hour(9),
  )
  expect(composite.periods).toEqual([
    { from: hour(0), limitWatts: 5000 },
    { from: hour(2), limitWatts: 7000 },
    { from: hour(3), limitWatts: 4000 },
    { from: hour(8), limitWatts: 7000 },
  ])
})

test('of two profiles of one purpose the higher stack level holds while it reaches', () => {
  const composite = compositeSchedule(
    [profile('TxProfile', 0, 0, 4, 1000), profile('TxProfile', 3, 1, 2, 6000)],
    constantLevel(7000),
    hour(0),
    hour(4),
  )
  expect(composite.periods.map((period) => period.limitWatts)).toEqual([1000, 6000, 1000])
})

test('without a profile the fallback holds', () => {
  const { schedule } = profile('TxProfile', 0, 1, 2, 3000)
  expect(levelAt(undefined, constantLevel(7000), hour(1))).toBe(7000)
  expect(levelAt(schedule, constantLevel(7000), hour(1))).toBe(3000)
  expect(levelAt(schedule, constantLevel(7000), hour(2))).toBe(7000)
})
