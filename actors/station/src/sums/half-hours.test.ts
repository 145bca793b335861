import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { lastHalfHour, nextHalfHour, noteRegister, type HalfHourRead } from './half-hours.ts'

const halfHour = 30 * 60_000
const at = (halves: number, millis = 0) => instant(halves * halfHour + millis)

test('the energy of a half-hour is what the register moved from its beginning to its end', () => {
  const reads = [0, 1, 2].reduce<readonly HalfHourRead[]>(
    (held, half) => noteRegister(held, at(half, 20), 100 * half * half),
    [],
  )
  expect(reads).toHaveLength(2)
  expect(lastHalfHour(reads, at(2, 900_000))).toBe(300)
  expect(nextHalfHour(at(2, 900_000))).toBe(at(3))
})

test('a register read too late, or not at all, tells no half-hour', () => {
  const read = noteRegister([], at(0), 5)
  expect(noteRegister(read, at(1, 60_001), 9)).toBe(read)
  expect(noteRegister(read, at(0, 5), 9)).toBe(read)
  expect(lastHalfHour(read, at(1))).toBeUndefined()
  expect(lastHalfHour(noteRegister(read, at(2), 9), at(2))).toBeUndefined()
  expect(lastHalfHour([], at(2))).toBeUndefined()
})
