import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { inHours, instant, plus } from '@interlock/kernel'
import { fallbackAt, fallbackLevel, hoursInForceLevel } from './fallback.ts'
import { localMidnight, localTime } from './local-time.ts'
import { defaultQuietHours, hoursFrom, soldHours } from './quiet-hours.ts'

const utc = (text: string) => instant(Date.parse(text))

test('no charging on weekdays from 08 to 11 and from 16 to 22, the rating otherwise', () => {
  expect(fallbackAt(utc('2026-01-05T07:59:59Z'), 7000)).toBe(7000)
  expect(fallbackAt(utc('2026-01-05T08:00:00Z'), 7000)).toBe(0)
  expect(fallbackAt(utc('2026-01-05T11:00:00Z'), 7000)).toBe(7000)
  expect(fallbackAt(utc('2026-01-05T16:00:00Z'), 7000)).toBe(0)
  expect(fallbackAt(utc('2026-01-05T22:00:00Z'), 7000)).toBe(7000)
  expect(fallbackAt(utc('2026-01-04T17:00:00Z'), 7000)).toBe(7000)
})

test('follows British summer time', () => {
  expect(fallbackAt(utc('2026-07-06T07:00:00Z'), 7000)).toBe(0)
  expect(fallbackAt(utc('2026-07-06T10:00:00Z'), 7000)).toBe(7000)
  expect(fallbackAt(utc('2026-03-30T07:00:00Z'), 7000)).toBe(0)
  expect(fallbackAt(utc('2026-10-26T07:00:00Z'), 7000)).toBe(7000)
})

test('its changes are the instants at which it changes', () => {
  const level = fallbackLevel(7000)
  const midnight = utc('2026-01-05T00:00:00Z')
  const changes = level.changes(midnight, plus(midnight, inHours(24)))
  expect(changes.map((at) => new Date(at).getUTCHours())).toEqual([8, 11, 16, 22])
})

test('other hours take the place of the default at their moment, and not before', () => {
  const monday = utc('2026-01-05T00:00:00Z')
  const tuesday = plus(monday, inHours(24))
  const nights = [{ weekdays: [2], fromHour: 0, untilHour: 7 }]
  const hours = { quiet: defaultQuietHours, next: { quiet: nights, from: tuesday } }
  const level = hoursInForceLevel(7000, hours)
  const changes = level.changes(monday, plus(tuesday, inHours(24)))
  expect(changes.map((at) => (at - monday) / 3_600_000)).toEqual([8, 11, 16, 22, 24, 31])
  expect(changes.map((at) => level.at(at))).toEqual([0, 7000, 0, 7000, 0, 7000])
  // Where neither forbids charging at that moment, nothing changes then.
  const later = { quiet: defaultQuietHours, next: { quiet: [], from: tuesday } }
  expect(hoursInForceLevel(7000, later).changes(utc('2026-01-05T22:30:00Z'), tuesday)).toEqual([])
  expect(hoursFrom(hours, monday)).toBe(hours)
  expect(hoursFrom(hours, tuesday)).toEqual({ quiet: nights })
  expect(hoursInForceLevel(7000, soldHours).at(utc('2026-01-05T18:00:00Z'))).toBe(0)
})

test('civil time agrees with the time zone database', () => {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/London',
    hour: '2-digit',
    hourCycle: 'h23',
    weekday: 'short',
  })
  const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
  const between = { min: Date.UTC(1997, 0, 1), max: Date.UTC(2036, 0, 1) }
  fc.assert(
    fc.property(fc.integer(between), (at) => {
      const parts = format.formatToParts(at)
      const part = (type: string) => parts.find((each) => each.type === type)?.value
      expect(localTime(instant(at))).toEqual({
        hour: Number(part('hour')),
        weekday: days.indexOf(part('weekday') ?? ''),
      })
    }),
    { numRuns: 500 },
  )
})

test('a local day has 23 or 25 hours when the clocks change', () => {
  const spring = localMidnight(utc('2026-03-29T12:00:00Z'))
  expect(localMidnight(utc('2026-03-30T12:00:00Z')) - spring).toBe(23 * 3_600_000)
  const autumn = localMidnight(utc('2026-10-25T12:00:00Z'))
  expect(localMidnight(utc('2026-10-26T12:00:00Z')) - autumn).toBe(25 * 3_600_000)
})
