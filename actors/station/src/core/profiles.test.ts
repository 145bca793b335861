import { limits } from '@interlock/contract'
import { eui64, inHours, instant, plus } from '@interlock/kernel'
import { compositeLevel, constantLevel, toChargingProfile } from '@interlock/power'
import { expect, test } from 'vitest'
import type { StoredProfile } from './memory.ts'
import { installed, standingProfiles, withProfile } from './profiles.ts'

const night = instant(Date.UTC(2026, 0, 5, 23))
const hour = (n: number) => plus(night, inHours(n))
const csms = eui64('02-00-00-00-00-00-00-01')
const dsrsp = eui64('02-00-00-00-00-00-00-02')
const stored = (
  [from, until]: readonly [number, number],
  limitWatts: number,
  { id = 1, stackLevel = 0, evse = 1, transactionId = undefined as string | undefined } = {},
): StoredProfile => ({
  profile: toChargingProfile(
    { from: hour(from), until: hour(until), periods: [{ from: hour(from), limitWatts }] },
    {
      id,
      stackLevel,
      purpose: transactionId === undefined ? 'TxDefaultProfile' : 'TxProfile',
      ...(transactionId === undefined ? {} : { transactionId }),
    },
  ),
  evse,
  originator: csms,
  reference: 'r',
})
/** What is held when these were accepted one after another at hour 0, or at `now`. */
const after = (profiles: readonly StoredProfile[], now = 0): readonly StoredProfile[] =>
  profiles.reduce<readonly StoredProfile[]>((held, next) => {
    const result = withProfile(held, next, hour(now))
    return result.ok ? result.value : held
  }, [])
/** 9 kW stands for the fallback. */
const levels = (held: readonly StoredProfile[], hours: readonly number[]): number[] =>
  hours.map((n) => compositeLevel(installed(held), constantLevel(9_000)).at(hour(n)))

test('a replacement that begins later leaves what is in force until its own start', () => {
  const held = after([stored([0, 8], 0), stored([5, 6], 3_000)])
  expect(levels(held, [0, 1, 4.9, 5, 5.9, 6, 7])).toEqual([0, 0, 0, 3_000, 3_000, 9_000, 9_000])
})

test('a replacement that begins at once takes the place of the old one', () => {
  const held = after([stored([-1, 8], 0), stored([0, 2], 3_000)])
  expect(held).toHaveLength(1)
  expect(levels(held, [0, 2, 3])).toEqual([3_000, 9_000, 9_000])
})

test('an id replaces only within its own slot', () => {
  const first = stored([0, 8], 0)
  for (const other of [{ stackLevel: 3 }, { evse: 2 }, { transactionId: 'T' }])
    expect(after([first, stored([0, 8], 3_000, other)])).toHaveLength(2)
  expect(after([first, stored([0, 8], 3_000, { id: 2 })])).toHaveLength(1)
})

test('a replacement takes the place of one that was to begin later still', () => {
  const held = after([stored([0, 8], 0), stored([6, 8], 3_000), stored([5, 7], 1_000)])
  expect(levels(held, [0, 4.9, 5, 6, 7])).toEqual([0, 0, 1_000, 1_000, 9_000])
  expect(held).toHaveLength(2)
})

test('without a replacement that has not begun, what it would have ended runs on', () => {
  const [old] = after([stored([0, 8], 0), stored([5, 6], 3_000)])
  expect(old && levels([old], [5, 7, 8])).toEqual([0, 0, 9_000])
})

test('what has ended, or was replaced by one that has begun, is no longer held', () => {
  const held = after([stored([0, 8], 0), stored([5, 9], 3_000)])
  expect(standingProfiles(held, hour(4))).toHaveLength(2)
  expect(standingProfiles(held, hour(5))).toHaveLength(1)
  expect(standingProfiles(held, hour(9))).toHaveLength(0)
})

test('a provider that fills its places is refused more, moves nothing and blocks no other', () => {
  const many = Array.from({ length: limits.profilesHeldMax + 4 }, (_, n) =>
    stored([0, 8], 1_000, { stackLevel: n }),
  )
  const held = after(many)
  expect(held).toEqual(many.slice(0, limits.profilesHeldMax))
  const more = stored([0, 8], 500, { stackLevel: 500 })
  expect(withProfile(held, more, night)).toMatchObject({ ok: false, reason: 'TooManyElements' })
  expect(withProfile(held, { ...more, originator: dsrsp }, night).ok).toBe(true)
  // In a slot that is taken there is room.
  expect(withProfile(held, stored([0, 8], 500, { stackLevel: 2 }), night).ok).toBe(true)
})
