import { eui64, instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import {
  calendarProblem,
  decodePreCommand,
  encodePreCommand,
  takes,
  type CalendarDay,
  type CalendarEntry,
  type CommandOf,
} from './index.ts'

const now = Date.UTC(2026, 0, 5)
const device = { controllers: [1], earliest: instant(now), latest: instant(now + 1_000) }
const day = (year: CalendarDay['year'], month: number, date: number): CalendarDay => ({
  year,
  month,
  day: date,
})
const entry: CalendarEntry = {
  controller: 1,
  direction: 'import',
  levelPercent: 0,
  atSeconds: 0,
  weekdays: [1],
  specialDays: [],
  from: day('any', 1, 1),
  until: day('any', 12, 31),
}
const calendarOf = (
  change: Partial<CalendarEntry>,
  execution: CommandOf<'ECS46d'>['execution'] = 'atOnce',
) => ({ entries: [entry, { ...entry, ...change }], specialDays: [], execution })

test.each([
  [{}, undefined],
  [{ controller: 5 }, 'ControllerUnknown'],
  [{ from: day(2026, 1, 31), until: day(2026, 2, 1) }, undefined],
  [{ from: day(2026, 2, 1), until: day(2026, 2, 1) }, undefined],
  [{ from: day(2026, 2, 2), until: day(2026, 2, 1) }, 'PeriodReversed'],
  [{ from: day(2026, 1, 1), until: day(2025, 12, 31) }, 'PeriodReversed'],
  // A winter goes over the end of the year.
  [{ from: day('any', 11, 1), until: day('any', 3, 1) }, undefined],
] as const)('of a schedule with %o: %s', (change, problem) => {
  expect(calendarProblem(calendarOf(change), device)).toBe(problem)
})

test.each([
  ['atOnce', undefined],
  ['never', undefined],
  [device.earliest, undefined],
  [device.latest, undefined],
  [instant(now - 1_000), 'ExecutionPast'],
  [instant(Date.UTC(2001, 0, 1)), 'ExecutionPast'],
  [instant(now + 2_000), 'ExecutionTooFar'],
  [instant(Date.UTC(2098, 0, 1)), 'ExecutionTooFar'],
] as const)('of a date of execution %s: %s', (execution, problem) => {
  expect(calendarProblem(calendarOf({}, execution), device)).toBe(problem)
})

const specialOn = (special: CalendarDay) => ({ ...calendarOf({}), specialDays: [special] })

test.each([
  [day('any', 2, 29), true],
  [day(2028, 2, 29), true],
  [day(2026, 2, 29), false],
  [day('any', 2, 30), false],
  [day('any', 2, 31), false],
  [day(2026, 4, 31), false],
  [day(2026, 12, 31), true],
  [day(2026, 12, 0), false],
] as const)('a day that there is not is not written: %o is %s', (special, isThere) => {
  expect(takes('ECS46d', specialOn(special))).toBe(isThere)
  expect(takes('ECS46d', calendarOf({ until: special }))).toBe(isThere)
})

test('nor is a day that there is not read', () => {
  const addressed = {
    useCase: 'ECS46d',
    originator: eui64('02-00-00-00-00-00-00-0A'),
    target: eui64('02-00-00-00-00-00-00-0B'),
    counter: 1n,
  } as const
  const bytes = encodePreCommand({ ...addressed, ...specialOn(day(2026, 2, 28)) })
  expect(decodePreCommand(bytes).ok).toBe(true)
  const at = Buffer.from(bytes).indexOf(Buffer.of(2026 >> 8, 2026 & 0xff, 2, 28))
  bytes[at + 3] = 31
  expect(decodePreCommand(bytes)).toMatchObject({ ok: false, reason: 'ContentMalformed' })
})
