import { expect, test } from 'vitest'
import { backOffSeconds } from './back-off.ts'

const most = {
  bytes: (length: number) => new Uint8Array(length),
  below: (limit: number) => limit - 1,
}

test('the wait doubles as often as the variable says, and then stays (Part 4 §5.3)', () => {
  const of = { waitMinimumSeconds: 5, repeatTimes: 2, randomRangeSeconds: 0 }
  expect([0, 1, 2, 3, 9].map((waits) => backOffSeconds(waits, of, most))).toEqual([
    5, 10, 20, 20, 20,
  ])
})

test('the random part is at most the variable, and is not doubled', () => {
  const of = { waitMinimumSeconds: 1, repeatTimes: 5, randomRangeSeconds: 10 }
  expect([0, 1].map((waits) => backOffSeconds(waits, of, most))).toEqual([11, 12])
})
