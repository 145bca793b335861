import { inMinutes, instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { createTally, type Counts } from './tally.ts'

function counting() {
  const timers: { work: () => void; cancelled: boolean }[] = []
  const told: [Counts, number][] = []
  const wall = {
    now: () => instant(0),
    after: (delay: number, _label: string, work: () => void) => {
      expect(delay).toBe(inMinutes(1))
      const timer = { work, cancelled: false }
      timers.push(timer)
      return { cancel: () => void (timer.cancelled = true) }
    },
  }
  return { timers, told, tally: createTally(wall, 'test', (...each) => void told.push(each)) }
}

test('what comes within a minute is told at its end, with how often it was', () => {
  const { timers, told, tally } = counting()
  for (const name of ['a', 'b', 'a']) tally.add(name)
  expect(timers).toHaveLength(1)
  expect(told).toEqual([])
  timers[0]?.work()
  tally.add('c')
  timers[1]?.work()
  expect(told).toEqual([
    [{ a: 2, b: 1 }, 3],
    [{ c: 1 }, 1],
  ])
})

test('at its end it tells what is left, and what comes late waits for nothing', () => {
  const { timers, told, tally } = counting()
  tally.add('a')
  tally.over()
  expect(told).toEqual([[{ a: 1 }, 1]])
  expect(timers.map((each) => each.cancelled)).toEqual([true])
  tally.add('b')
  tally.over()
  expect(timers).toHaveLength(1)
  expect(told).toHaveLength(1)
})
