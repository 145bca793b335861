import { expect, test } from 'vitest'
import { repeatFailures, type WentByTopic } from './repeat.ts'

const flowed: WentByTopic = {
  allotments: 96,
  consumption: { published: 282, homes: 6, halfHours: 282, kilowattHours: 75 },
  sums: { powers: 47, stations: 6, halfHours: 47, kilowattHours: 75 },
}
const report = { seed: 7, stations: 6, byTopic: [flowed, flowed] }

test('one seed that decides otherwise the second time is told', () => {
  expect(repeatFailures({ ...report, decisionsSha256: ['ab', 'ab'] })).toEqual([])
  expect(repeatFailures({ ...report, decisionsSha256: ['ab', 'cd'] })).toEqual([
    'with seed 7 the chargers decided otherwise the second time',
  ])
})

test('a day in which something did not go by topic shows nothing of it; of few chargers there is no sum', () => {
  const same = { ...report, decisionsSha256: ['ab', 'ab'] }
  const without = ['not everything went by topic, so that nothing was shown of it']
  const lacking: readonly WentByTopic[] = [
    { ...flowed, allotments: 0 },
    { ...flowed, consumption: { ...flowed.consumption, halfHours: 0 } },
    { ...flowed, sums: { ...flowed.sums, powers: 0 } },
  ]
  for (const day of lacking)
    expect(repeatFailures({ ...same, byTopic: [flowed, day] })).toEqual(without)
  const unsummed = { ...flowed, sums: { ...flowed.sums, powers: 0 } }
  expect(repeatFailures({ ...same, stations: 3, byTopic: [unsummed, unsummed] })).toEqual([])
})
