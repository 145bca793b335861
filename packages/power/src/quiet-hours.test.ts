import { inHours, instant, plus } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { hoursLevel } from './fallback.ts'
import {
  areQuietHours,
  defaultQuietHours,
  isQuiet,
  quietHoursMax,
  quietHoursOf,
  type QuietHours,
} from './quiet-hours.ts'

const utc = (text: string) => instant(Date.parse(text))
const nights: readonly QuietHours[] = [{ weekdays: [0, 6], fromHour: 0, untilHour: 7 }]

test('who has not answered, or has accepted, has the default hours; who took them away has none', () => {
  expect(quietHoursOf(undefined)).toEqual(defaultQuietHours)
  expect(quietHoursOf({ kind: 'accepted' })).toEqual(defaultQuietHours)
  expect(quietHoursOf({ kind: 'removed' })).toEqual([])
  expect(quietHoursOf({ kind: 'changed', quiet: nights })).toEqual(nights)
})

test('chosen hours are whole hours of civil time, the last one not among them', () => {
  expect(isQuiet(utc('2026-07-04T05:59:59Z'), nights)).toBe(true)
  expect(isQuiet(utc('2026-07-04T06:00:00Z'), nights)).toBe(false)
  expect(isQuiet(utc('2026-01-03T06:59:59Z'), nights)).toBe(true)
  expect(isQuiet(utc('2026-01-05T03:00:00Z'), nights)).toBe(false)
})

test('the level changes where the chosen hours begin and end, and without any never', () => {
  const saturday = utc('2026-01-03T00:00:00Z')
  const until = plus(saturday, inHours(48))
  const hours = (level: ReturnType<typeof hoursLevel>) =>
    level.changes(saturday, until).map((at) => new Date(at).toISOString().slice(8, 13))
  expect(hours(hoursLevel(7_000, nights))).toEqual(['03T07', '04T00', '04T07'])
  expect(hours(hoursLevel(7_000, []))).toEqual([])
  expect(hoursLevel(7_000, []).at(utc('2026-01-05T18:00:00Z'))).toBe(7_000)
})

test.each<[string, readonly QuietHours[]]>([
  ['none', []],
  ['too many', Array.from({ length: quietHoursMax + 1 }, () => nights[0] as QuietHours)],
  ['no day', [{ weekdays: [], fromHour: 1, untilHour: 2 }]],
  ['an eighth day', [{ weekdays: [7], fromHour: 1, untilHour: 2 }]],
  ['backwards', [{ weekdays: [1], fromHour: 22, untilHour: 6 }]],
  ['empty', [{ weekdays: [1], fromHour: 6, untilHour: 6 }]],
  ['beyond the day', [{ weekdays: [1], fromHour: 6, untilHour: 25 }]],
  ['halves', [{ weekdays: [1], fromHour: 6.5, untilHour: 8 }]],
])('hours that are %s are none', (_what, quiet) => {
  expect(areQuietHours(quiet)).toBe(false)
  expect(areQuietHours(nights) && areQuietHours(defaultQuietHours)).toBe(true)
})
