import { instant } from '@interlock/kernel'
import type { ChargingProfile } from '@interlock/ocpi'
import { expect, test } from 'vitest'
import { oneDigit, scheduleOf } from './peer-profile.ts'

const now = instant(Date.parse('2026-01-12T20:30:00.500Z'))
const wish = (change: Partial<ChargingProfile> = {}): ChargingProfile => ({
  charging_rate_unit: 'W',
  duration: 3_600,
  charging_profile_period: [{ start_period: 0, limit: 3_000.19 }],
  ...change,
})

test('a limit has one digit after the point, and is never more than what was asked for', () => {
  const schedule = scheduleOf(wish(), now)
  expect(schedule).toMatchObject({ value: { periods: [{ limitWatts: 3_000.1 }] } })
  const levels = Array.from({ length: 200_000 }, (_, tenths) => tenths / 10)
  expect(levels.filter((level) => oneDigit(level) !== level)).toEqual([])
})

test('what has no periods, or is in amperes, is no schedule', () => {
  const { charging_profile_period: _, ...bare } = wish()
  expect(scheduleOf(bare, now)).toMatchObject({ reason: 'NoPeriods' })
  expect(scheduleOf(wish({ charging_profile_period: [] }), now).ok).toBe(false)
  expect(scheduleOf(wish({ charging_rate_unit: 'A' }), now)).toMatchObject({
    reason: 'UnitNotWatts',
  })
})
