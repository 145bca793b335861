import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { instant } from '@interlock/kernel'
import { fromChargingProfile, toChargingProfile } from './charging-profile.ts'
import type { Schedule } from './schedule.ts'

const schedules = fc
  .record({
    from: fc.integer({ min: 0, max: 2_000_000_000 }),
    steps: fc.array(
      fc.record({
        seconds: fc.integer({ min: 1, max: 7200 }),
        limitWatts: fc.integer({ min: 0, max: 22_000 }),
      }),
      { minLength: 1, maxLength: 48 },
    ),
  })
  .map(({ from, steps }): Schedule => {
    let at = from
    const periods = steps.map(({ seconds, limitWatts }) => {
      const period = { from: instant(at * 1000), limitWatts }
      at += seconds
      return period
    })
    return { from: instant(from * 1000), until: instant(at * 1000), periods }
  })

test('a schedule survives the way into a charging profile and back', () => {
  fc.assert(
    fc.property(schedules, (schedule) => {
      const profile = toChargingProfile(schedule, { id: 7 })
      expect(fromChargingProfile(profile)).toEqual({ ok: true, value: schedule })
    }),
  )
})

const sample = toChargingProfile(
  {
    from: instant(0),
    until: instant(3_600_000),
    periods: [
      { from: instant(0), limitWatts: 0 },
      { from: instant(1_800_000), limitWatts: 7000 },
    ],
  },
  { id: 1 },
)
const [inner] = sample.chargingSchedule
if (inner === undefined) throw new Error('a profile has a schedule')
const { startSchedule: _start, ...withoutStart } = inner
const { duration: _duration, ...withoutDuration } = inner
const [first, second] = inner.chargingSchedulePeriod

test.each([
  ['ProfileNotAbsolute', { ...sample, chargingProfileKind: 'Relative' as const }],
  ['OneScheduleOnly', { ...sample, chargingSchedule: [inner, inner] }],
  ['UnitNotWatts', { ...sample, chargingSchedule: [{ ...inner, chargingRateUnit: 'A' as const }] }],
  ['StartMissing', { ...sample, chargingSchedule: [withoutStart] }],
  ['DurationMissing', { ...sample, chargingSchedule: [withoutDuration] }],
  ['NoPeriods', { ...sample, chargingSchedule: [{ ...inner, chargingSchedulePeriod: [] }] }],
  ['PeriodOutside', { ...sample, chargingSchedule: [{ ...inner, duration: 1800 }] }],
  [
    'PeriodsUnordered',
    {
      ...sample,
      chargingSchedule: [
        { ...inner, chargingSchedulePeriod: [first, second, second].filter((each) => !!each) },
      ],
    },
  ],
  [
    'LimitInvalid',
    {
      ...sample,
      chargingSchedule: [
        { ...inner, chargingSchedulePeriod: [{ startPeriod: 0, limit: Number.NaN }] },
      ],
    },
  ],
])('a profile is refused with %s', (reason, profile) => {
  expect(fromChargingProfile(profile)).toEqual({ ok: false, reason })
})
