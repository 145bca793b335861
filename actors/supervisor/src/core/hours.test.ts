import { limits } from '@interlock/contract'
import { eui64, inHours, instant, millis, plus } from '@interlock/kernel'
import { soldHours, type QuietHours } from '@interlock/power'
import type { HoursStatement } from '@interlock/seal'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { possibleHours, restored, takeStatement, type HoursRecord } from './hours.ts'

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

const none: readonly QuietHours[] = []
/** As a charger keeps them: it wanted hours, held them, and wanted others. */
const answered = (
  statement: HoursStatement,
  verdict: 'acknowledged' | 'refused' = 'acknowledged',
) => ({
  statement,
  digest: `digest ${statement.counter}`.padEnd(43, '-'),
  verdict,
})
const asksNone: HoursStatement = {
  ...asks(7, 5, plus(midnight, inHours(24))),
  wants: { quiet: none, from: plus(midnight, inHours(24)), agreement: null },
}
const again = (known: HoursRecord | undefined, of: ReturnType<typeof answered>[], at = now) => {
  const learnt = restored(known, of, at)
  return learnt.ok ? learnt.value.record : learnt.detail
}
const early = plus(now, inHours(1))

test('a register that is lost knows from the last answers what a charger may follow', () => {
  const first = answered(asks(5))
  expect(again(undefined, [first])).toMatchObject({
    counter: 5,
    held: { counter: 0, hours: soldHours },
    granted: { counter: 5, quiet: nights, from: midnight },
  })
  const said = answered(says(6, 5))
  expect(again(undefined, [said, first])).toMatchObject({
    counter: 6,
    held: { counter: 5, hours: changing },
  })
  expect(again(undefined, [said, first], midnight)).toMatchObject({
    held: { hours: { quiet: nights } },
  })
  const more = again(undefined, [answered(asksNone), first], plus(midnight, inHours(1)))
  expect(more).toMatchObject({ held: { counter: 5 }, granted: { counter: 7, quiet: none } })
  // Asked for and refused: what is held stays.
  const refusedNow = [answered(asksNone, 'refused'), first]
  expect(again(undefined, refusedNow, midnight)).not.toHaveProperty('granted')
})

test('an older register learns what came since, a newer one nothing', () => {
  const older = record(undefined, says(3, 0))
  expect(again(older, [answered(says(6, 5)), answered(asks(5))])).toMatchObject({ counter: 6 })
  const newer = record(undefined, says(6, 0))
  expect(again(newer, [answered(says(6, 5)), answered(asks(5))])).toMatch(/or a later one/)
  expect(again(newer, [answered(asks(5))])).toMatch(/or a later one/)
})

test.each([
  ['no answers', []],
  ['one that rests on another that is not there', [answered(says(6, 5))]],
  [
    'one that rests on hours that were refused',
    [answered(says(6, 5)), answered(asks(5), 'refused')],
  ],
  ['one that rests on itself', [answered(says(6, 6))]],
  [
    'one that rests on a statement that asked for nothing',
    [answered(says(6, 5)), answered(says(5, 0))],
  ],
  [
    'hours to come whose hours before are not told',
    [answered(says(6, 5)), answered(asks(5, 4, early))],
  ],
])('%s restores nothing', (_what, of) => {
  expect(again(undefined, of)).toMatch(/nothing was|nobody acknowledged/)
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
