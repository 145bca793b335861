import { inHours, instant, plus } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { hourlyRate } from './rate.ts'

const at = instant(0)

test('so many in any hour, for each key by itself', () => {
  const rate = hourlyRate(2)
  expect([1, 2, 3].map(() => rate.take('a', at))).toEqual([true, true, false])
  expect(rate.take('b', at)).toBe(true)
})

test('an hour later there is room again; what was refused did not count', () => {
  const rate = hourlyRate(1)
  expect(rate.take('a', at)).toBe(true)
  expect(rate.take('a', instant(inHours(1) - 1))).toBe(false)
  expect(rate.take('a', plus(at, inHours(1)))).toBe(true)
})
