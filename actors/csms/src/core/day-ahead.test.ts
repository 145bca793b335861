import { inHours, instant, plus } from '@interlock/kernel'
import { edges, fallbackLevel, planSession, soldHours } from '@interlock/power'
import { expect, test } from 'vitest'
import { dayAheadWindows, type DayAhead } from './day-ahead.ts'

const from = instant(Date.UTC(2026, 0, 5))
const halfHour = 30 * 60_000
const prices = Array.from({ length: 96 }, (_, n) => ({
  from: instant(from + n * halfHour),
  pencePerKilowattHour: n === 55 || n === 56 ? 5 : 30,
}))
const station = {
  stationId: 'CS-1',
  ratingWatts: 7000,
  delaySecondsMax: 600,
  prices,
  hours: [soldHours],
}
/** For the hour from then on. */
const cheapAt = (hour: number) =>
  prices.map((each) => {
    const since = each.from - plus(from, inHours(hour))
    return { ...each, pencePerKilowattHour: since >= 0 && since < 2 * halfHour ? 5 : 30 }
  })
const day: DayAhead = {
  from,
  until: plus(from, inHours(48)),
  stations: new Map([['CS-1', station]]),
  expected: [{ stationId: 'CS-1', arrival: '18:00', departure: '07:30', energyWattHours: 7000 }],
  edges: [],
  marginPercent: 0,
  arrivalToleranceMinutes: 60,
}

test('the plan covers what the actual session then moves', () => {
  const now = instant(Date.UTC(2026, 0, 5, 18, 20))
  const { schedule } = planSession({
    now,
    departure: instant(Date.UTC(2026, 0, 6, 7, 30)),
    energyWattHours: 7000,
    maxWatts: 7000,
    prices,
    slackSeconds: 600,
  })
  if (schedule === undefined) throw new Error('the session can be planned')
  const fallback = fallbackLevel(7000)
  const planned = new Map(dayAheadWindows(day).map((each) => [each.from, each.swingWatts]))
  for (const edge of edges({
    previous: fallback,
    next: schedule,
    fallback,
    delaySecondsMax: 600,
  })) {
    const window = Math.floor(edge.from / halfHour) * halfHour
    expect(planned.get(window)).toBeGreaterThanOrEqual(edge.swingWatts)
  }
})

test('whoever comes into a cheap hour begins at the rating, and the plan covers that start', () => {
  const noon = instant(Date.UTC(2026, 0, 5, 12))
  const stations = new Map([['CS-1', { ...station, prices: cheapAt(12) }]])
  const expected = [
    { stationId: 'CS-1', arrival: '11:45', departure: '15:30', energyWattHours: 7000 },
  ]
  const windows = dayAheadWindows({ ...day, stations, expected, until: plus(from, inHours(24)) })
  const planned = new Map(windows.map((each) => [each.from, each.swingWatts]))
  // From 0 W, where the vehicle waits, although the written fallback is the rating at that hour.
  for (const window of [noon - halfHour, noon, noon + halfHour, noon + 2 * halfHour])
    expect(planned.get(window)).toBeGreaterThanOrEqual(7000)
})

test('of a home without the default hours the plan holds what its schedules lead to in them', () => {
  const evening = { ...day, until: plus(from, inHours(24)), arrivalToleranceMinutes: 0 }
  const expected = [
    { stationId: 'CS-1', arrival: '13:30', departure: '20:00', energyWattHours: 7000 },
  ]
  const windows = (hours: (typeof station)['hours']) =>
    dayAheadWindows({
      ...evening,
      expected,
      // Cheap from four to five: there the schedule ends, and the default hours would hold it at nothing.
      stations: new Map([['CS-1', { ...station, hours, prices: cheapAt(16) }]]),
    })
  const at = (hours: (typeof station)['hours'], hour: number) =>
    windows(hours).find((each) => each.from === plus(from, inHours(hour)))?.swingWatts ?? 0
  const without = [{ quiet: [] }]
  expect(at([soldHours], 20)).toBe(0)
  expect(at(without, 20)).toBeGreaterThan(0)
  expect(at([soldHours, ...without], 20)).toBe(at(without, 20))
})

test('a margin is added, in whole watts', () => {
  const plain = dayAheadWindows(day)
  const more = dayAheadWindows({ ...day, marginPercent: 25 })
  expect(more).toEqual(
    plain.map((each) => ({ ...each, swingWatts: Math.ceil(each.swingWatts * 1.25) })),
  )
})

test('without expected sessions nothing is planned', () => {
  expect(dayAheadWindows({ ...day, expected: [] })).toEqual([])
})
