import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { baselineWatts } from './baseline.ts'

const halfHour = 1_800_000
const noon = instant(20_000 * 48 * halfHour + 24 * halfHour)
const before = (days: number, wattHours: number, halfHours = 0) => ({
  from: instant(noon - days * 48 * halfHour + halfHours * halfHour),
  wattHours,
})

test('the baseline is the mean of the same half-hour on the days before', () => {
  const known = [before(1, 1_000), before(2, 2_000), before(3, 3_000), before(1, 9_000, 1)]
  expect(baselineWatts(known, noon)).toBe(4_000)
  expect(baselineWatts(known, instant(noon + halfHour - 1))).toBe(4_000)
  expect(baselineWatts(known, instant(noon + halfHour))).toBeUndefined()
})

test('of too few days, days long ago and the half-hour itself there is none', () => {
  expect(baselineWatts([], noon)).toBeUndefined()
  expect(baselineWatts([before(1, 1), before(2, 1)], noon)).toBeUndefined()
  expect(baselineWatts([before(1, 1), before(2, 1), before(11, 1)], noon)).toBeUndefined()
  expect(baselineWatts([before(1, 1), before(2, 1), before(0, 1)], noon)).toBeUndefined()
  expect(baselineWatts([before(1, 1), before(2, 1), before(10, 1)], noon)).toBe(2)
})
