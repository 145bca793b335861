import { limits } from '@interlock/contract'
import { eui64, inHours, instant, millis, plus } from '@interlock/kernel'
import { soldHours, type QuietHours } from '@interlock/power'
import type { HoursStatement } from '@interlock/seal'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { possibleHours, takeStatement, type HoursRecord } from './hours.ts'

const now = instant(Date.UTC(2026, 0, 5, 12))
const midnight = plus(now, inHours(12))
const nights: readonly QuietHours[] = [{ weekdays: [1], fromHour: 0, untilHour: 7 }]
const asks = (counter: number, holds = 0, from = midnight): HoursStatement => ({
  station: eui64('02-00-00-00-00-00-00-01'),
  counter,
  holds,
  wants: { quiet: nights, from, agreement: null },
  at: now,
})
const says = (counter: number, holds: number): HoursStatement => ({
  ...asks(counter, holds),
  wants: null,
})
const take = (record: HoursRecord | undefined, statement: HoursStatement, at = now) => {
  const taken = takeStatement(record, statement, `digest ${statement.counter}`, at)
  return taken.ok ? taken.value : taken.detail
}
const record = (...of: Parameters<typeof take>): HoursRecord => {
  const taken = take(...of)
  return typeof taken === 'object' ? taken.record : expect.fail(taken)
}
/** As it is kept once the ledgers have agreed. */
const granted = (before: HoursRecord | undefined, statement: HoursStatement): HoursRecord => ({
  ...record(before, statement),
  granted: {
    counter: statement.counter,
    quiet: nights,
    from: statement.wants?.from ?? midnight,
    reservation: `of ${statement.counter}`,
  },
})
const changing = { quiet: soldHours.quiet, next: { quiet: nights, from: midnight } }

test('until a charger has said otherwise it follows the hours it was sold with', () => {
  expect(possibleHours(undefined)).toEqual([soldHours])
  expect(possibleHours(record(undefined, asks(1)))).toEqual([soldHours])
})

test('acknowledged hours may be in force or not, until the charger says that it holds them', () => {
  const offered = granted(undefined, asks(1))
  expect(possibleHours(offered)).toEqual([soldHours, changing])
  const held = record(offered, says(2, 1))
  expect(possibleHours(held)).toEqual([changing])
  expect(take(held, says(3, 1), midnight)).toMatchObject({
    record: { held: { counter: 1, hours: { quiet: nights } } },
  })
})

test('who states anew without them has never got them: their reservation goes back', () => {
  const again = take(granted(undefined, asks(1)), asks(2))
  expect(again).toMatchObject({ superseded: 'of 1', record: { held: { counter: 0 } } })
  const kept = take(granted(undefined, asks(1)), says(2, 1))
  expect(kept).not.toHaveProperty('superseded')
})

test.each<[string, () => unknown, RegExp]>([
  ['the same again', () => take(record(undefined, asks(5)), asks(5)), /was used/],
  ['an older one', () => take(record(undefined, asks(5)), asks(4)), /was used/],
  ['one that holds what nobody gave', () => take(undefined, asks(1, 9)), /nobody acknowledged/],
  [
    'one that holds what was refused',
    () => take(record(undefined, asks(1)), says(2, 1)),
    /nobody acknowledged/,
  ],
  [
    'more before the last have begun',
    () => take(record(granted(undefined, asks(1)), says(2, 1)), asks(3, 1)),
    /has not begun/,
  ],
  [
    'hours that begin within a window',
    () => take(undefined, asks(1, 0, plus(now, millis(limits.budgetWindowMillis - 1)))),
    /too soon/,
  ],
  [
    'hours that begin in three days',
    () => take(undefined, asks(1, 0, plus(now, inHours(72)))),
    /too late/,
  ],
])('%s is refused, and nothing is known by it', (_what, refused, why) => {
  expect(refused()).toMatch(why)
})

test('a charger that has lost its memory says so by a later counter', () => {
  const held = record(granted(undefined, asks(1)), says(2, 1))
  expect(possibleHours(record(held, says(9, 0)))).toEqual([soldHours])
})

test('in whatever order statements come, the counter never goes back', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 })), (counters) => {
      let known: HoursRecord | undefined
      for (const counter of counters) {
        const taken = takeStatement(known, says(counter, 0), '', now)
        if (taken.ok) expect(counter).toBeGreaterThan(known?.counter ?? 0)
        known = taken.ok ? taken.value.record : known
      }
      expect(known?.counter ?? 0).toBe(Math.max(0, ...counters))
    }),
  )
})
