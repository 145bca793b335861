import { expect, test } from 'vitest'
import { readingTime } from './reading-time.ts'

test('the time of a reading has its zone and the state of its clock', () => {
  expect(readingTime('2026-01-12T20:30:00,500+0100 S')).toEqual({
    at: Date.parse('2026-01-12T19:30:00.500Z'),
    clock: 'S',
  })
})

test.each([
  '',
  '2026-01-12T20:30:00Z',
  '2026-01-12T20:30:00,500+0100',
  '2026-13-12T20:30:00,500+0100 S',
  '2026-01-12T20:30:00,500+0100 X',
])('what is no such time: %s', (text) => expect(readingTime(text)).toBeUndefined())
