import { expect, test } from 'vitest'
import { repeatFailures } from './repeat.ts'

test('one seed that decides otherwise the second time is told', () => {
  const report = { seed: 7, stations: 6 }
  expect(repeatFailures({ ...report, decisionsSha256: ['ab', 'ab'] })).toEqual([])
  expect(repeatFailures({ ...report, decisionsSha256: ['ab', 'cd'] })).toEqual([
    'with seed 7 the chargers decided otherwise the second time',
  ])
})
