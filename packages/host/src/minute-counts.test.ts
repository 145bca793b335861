import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { minuteCounts } from './minute-counts.ts'

const at = (seconds: number) => instant(seconds * 1_000)

test('so many in a minute, each for itself, and the next minute anew', () => {
  const isTooMuch = minuteCounts(2)
  const asks = (who: string, seconds: number) => isTooMuch(who, at(seconds))
  expect([asks('a', 0), asks('a', 10), asks('a', 20), asks('b', 20)]).toEqual([
    false,
    false,
    true,
    false,
  ])
  expect(asks('a', 60)).toBe(false)
  // A clock that is set back begins another minute.
  expect(asks('a', -60)).toBe(false)
})

test('names without end are too many', () => {
  const isTooMuch = minuteCounts(2)
  for (let each = 0; each < 10_000; each++) isTooMuch(`${each}`, at(0))
  expect(isTooMuch('one more', at(0))).toBe(true)
  expect(isTooMuch('0', at(0))).toBe(false)
})
