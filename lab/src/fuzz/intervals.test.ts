import { expect, test } from 'vitest'
import { lengthOf, overlap } from './intervals.ts'

test('what two lists of intervals have in common', () => {
  expect(overlap([], [[1, 2]])).toEqual([])
  expect(overlap([[1, 5]], [[5, 9]])).toEqual([])
  const one = [
    [0, 10],
    [20, 30],
  ] as const
  const other = [
    [5, 22],
    [25, 26],
    [29, 40],
  ] as const
  const both = [
    [5, 10],
    [20, 22],
    [25, 26],
    [29, 30],
  ]
  expect(overlap(one, other)).toEqual(both)
  expect(overlap(other, one)).toEqual(both)
  expect(lengthOf(overlap(one, other))).toBe(9)
})
