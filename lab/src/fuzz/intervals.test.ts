import { expect, test } from 'vitest'
import { lengthOf, overlap, without } from './intervals.ts'

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

test('what one list of intervals has and another has not', () => {
  expect(without([[1, 5]], [])).toEqual([[1, 5]])
  expect(without([[1, 5]], [[0, 9]])).toEqual([])
  const holes = [
    [0, 2],
    [4, 6],
    [22, 40],
  ] as const
  expect(
    without(
      [
        [0, 10],
        [20, 30],
      ],
      holes,
    ),
  ).toEqual([
    [2, 4],
    [6, 10],
    [20, 22],
  ])
})
