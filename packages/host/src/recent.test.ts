import { expect, test } from 'vitest'
import { createRecent } from './recent.ts'

test('what was asked for last is worked out once; what was not for long, and what is nothing, again', () => {
  const worked: number[] = []
  const recent = createRecent(2, ([first = 0]) => {
    worked.push(first)
    return first === 9 ? undefined : { first }
  })
  const of = (...bytes: number[]) => recent.of(Uint8Array.from(bytes))
  const one = of(1)
  expect(of(1)).toBe(one)
  of(2)
  of(1)
  of(3)
  expect(worked).toEqual([1, 2, 3])
  // 2 has gone, 1 has not, and a longer one is another.
  expect(of(1)).toBe(one)
  of(2)
  of(1, 0)
  expect(worked).toEqual([1, 2, 3, 2, 1])
  expect([of(9), of(9)]).toEqual([undefined, undefined])
  expect(worked.slice(-2)).toEqual([9, 9])
})
