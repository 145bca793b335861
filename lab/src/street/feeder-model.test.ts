import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { worldStart } from '../worlds/day.ts'
import { ratingWatts } from './address-book.ts'
import { feederBlockMillis, feederBlockOf, streetFeeder } from './feeder-model.ts'

const week = Array.from({ length: 7 * 96 }, (_, block) =>
  instant(feederBlockOf(worldStart) + block * feederBlockMillis),
)

test('the feeder of a street has room for all its chargers at any time, and no day is worse than the last', () => {
  for (const chargers of [1, 12, 200]) {
    const { ratedWatts, contractedWatts, restWatts } = streetFeeder(chargers)
    const loads = week.map(restWatts)
    expect(contractedWatts).toBe(chargers * ratingWatts)
    expect(Math.max(...loads) + contractedWatts).toBeLessThanOrEqual(ratedWatts)
    const peaks = Array.from({ length: 7 }, (_, day) =>
      Math.max(...loads.slice(day * 96, (day + 1) * 96)),
    )
    expect(new Set(peaks)).toEqual(new Set([chargers * 4_000]))
    expect(Math.min(...loads)).toBeGreaterThan(chargers * 800)
  }
})

test('a block has one load, whoever asks and when', () => {
  const [one, other] = [streetFeeder(12), streetFeeder(12)]
  expect(week.map(one.restWatts)).toEqual(week.map(other.restWatts))
})
