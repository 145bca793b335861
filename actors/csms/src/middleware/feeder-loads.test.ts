import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { feederLoads } from './feeder-loads.ts'

const at = instant(1_800_000_000_000)
const views = (feeder: string, ...powers: (number | undefined)[]) =>
  powers.map((powerWatts) => ({ record: { feeder }, powerWatts }))

test('a feeder’s chargers are told of together, and those that are not known are not counted', () => {
  const all = [...views('f1', 7_000, 0, undefined, 3_000), ...views('f2', 1_000, 1_000, 1_000.5)]
  expect([...feederLoads(all, at)]).toEqual([
    ['f1', { at, watts: 10_000, chargers: 3 }],
    ['f2', { at, watts: 3_000.5, chargers: 3 }],
  ])
})

test('a sum that would tell of one home is not told', () => {
  expect(feederLoads(views('f1', 7_000, undefined, 0), at).size).toBe(0)
  expect(feederLoads([], at).size).toBe(0)
})
