import { expect, test } from 'vitest'
import { compare, compareAt, interleaved, median, microsPerCall } from './rounds.ts'

test('the sides take turns, who goes first changes, and the warm-up does not count', async () => {
  const order: string[] = []
  let figure = 0
  const side = (name: string) => () => {
    order.push(name)
    return ++figure
  }
  const rounds = await interleaved(2, side('ours'), side('bare'))
  expect(order).toEqual(['ours', 'bare', 'bare', 'ours', 'ours', 'bare'])
  expect(rounds).toEqual([
    { ours: 4, bare: 3 },
    { ours: 5, bare: 6 },
  ])
})

test('a median lies in the middle', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
  expect(median([5])).toBe(5)
})

test('the ratio is the median of the rounds, not the ratio of the medians', () => {
  const rounds = [
    { ours: 10, bare: 10 },
    { ours: 30, bare: 60 },
    { ours: 8, bare: 4 },
  ]
  expect(compare(rounds)).toEqual({ ours: 10, bare: 10, ratio: 1, range: [0.5, 2], rounds: 3 })
  expect(compare(rounds.slice(1)).ratio).toBe(1.25)
})

test('a comparison with nothing is refused', () => {
  expect(() => compare([])).toThrow(RangeError)
  expect(() => compare([{ ours: 1, bare: 0 }])).toThrow(RangeError)
})

test('percentiles of both sides are compared, not those of their ratios', () => {
  const rounds = [
    { ours: 4, bare: 1 },
    { ours: 2, bare: 8 },
    { ours: 6, bare: 2 },
  ]
  const at = { ours: 4, bare: 2, ratio: 2, range: [2, 2], rounds: 3 }
  expect(compareAt(0.5, rounds)).toEqual(at)
  expect(compareAt(0.99, rounds)).toMatchObject({ ours: 6, bare: 8, ratio: 0.75 })
})

test('the time of a call is processor time over all calls', () => {
  let calls = 0
  const micros = microsPerCall(() => (calls += 1), 5)
  expect(calls).toBeGreaterThanOrEqual(20)
  expect(micros * calls).toBeGreaterThanOrEqual(5_000 - 1e-3)
})
