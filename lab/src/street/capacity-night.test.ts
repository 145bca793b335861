import { expect, test } from 'vitest'
import { allotted, capacityFailures } from './capacity-night.ts'

test('a feeder that carries more than it was allotted is told, and so is a night that shows nothing', () => {
  const quiet = { peakWatts: 5_000, peakInSilenceWatts: 1_000, deliveredWattHours: 45_000 }
  const loud = { ...quiet, peakWatts: 29_440, peakInSilenceWatts: 29_440 }
  expect(capacityFailures({ limited: quiet, unlimited: loud })).toEqual([])
  expect(capacityFailures({ limited: loud, unlimited: loud })).toEqual([
    `29440 W of ${allotted.night} W while all were heard`,
    `29440 W of ${allotted.fallback} W while nobody was`,
  ])
  expect(
    capacityFailures({ limited: { ...quiet, deliveredWattHours: 0 }, unlimited: quiet }),
  ).toEqual(['0 Wh charged, of 40000 at least', 'nothing would have exceeded it anyway'])
})
