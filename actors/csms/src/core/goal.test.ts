import { instant, toIso } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { expectedGoal, nextLocal, occurrences } from './goal.ts'

const utc = (text: string) => instant(Date.parse(text))
const daily = {
  stationId: 'CS-1',
  arrival: '18:00',
  departure: '07:30',
  energyWattHours: 12_000,
}

test('a civil time is the next one, across the change of clocks too', () => {
  expect(toIso(nextLocal(utc('2026-01-05T07:30:00Z'), '07:30'))).toBe('2026-01-06T07:30:00.000Z')
  expect(toIso(nextLocal(utc('2026-03-28T20:00:00Z'), '07:30'))).toBe('2026-03-29T06:30:00.000Z')
  expect(toIso(nextLocal(utc('2026-10-24T20:00:00Z'), '07:30'))).toBe('2026-10-25T07:30:00.000Z')
})

test('a daily session occurs each day, and one that has begun counts', () => {
  const found = occurrences([daily], utc('2026-01-05T20:00:00Z'), utc('2026-01-07T00:00:00Z'))
  expect(found.map((stay) => toIso(stay.arrival))).toEqual([
    '2026-01-05T18:00:00.000Z',
    '2026-01-06T18:00:00.000Z',
  ])
})

test('a session with a date occurs once', () => {
  const once = { ...daily, arrival: '2026-01-05T18:10:00Z', departure: '2026-01-06T06:00Z' }
  const found = occurrences([once], utc('2026-01-05T00:00:00Z'), utc('2026-01-08T00:00:00Z'))
  expect(found.map((stay) => [toIso(stay.arrival), toIso(stay.departure)])).toEqual([
    ['2026-01-05T18:10:00.000Z', '2026-01-06T06:00:00.000Z'],
  ])
})

test('a vehicle that comes a little early is the expected one', () => {
  const now = utc('2026-01-05T17:30:00Z')
  expect(expectedGoal('CS-1', now, [daily], 60)).toEqual({
    departure: utc('2026-01-06T07:30:00Z'),
    energyWattHours: 12_000,
    source: 'expected',
  })
  expect(expectedGoal('CS-1', utc('2026-01-05T12:00:00Z'), [daily], 60)).toBeUndefined()
  expect(expectedGoal('CS-2', now, [daily], 60)).toBeUndefined()
})
