import { expect, test } from 'vitest'
import type { ChargingProfile } from './charging-profile.ts'
import { install, meets, profileRefusal, type ProfileLimits } from './profile-rules.ts'
import type { HeldProfile } from './stacking.ts'

const limits: ProfileLimits = {
  evses: [1],
  transactionOn: (evse) => (evse === 1 ? 'tx' : undefined),
  rateUnits: ['W', 'A'],
  stackLevelMax: 9,
  periodsMax: 4,
  entriesMax: 3,
  phases: 3,
  phaseSwitching: false,
}
const schedule = {
  id: 1,
  startSchedule: '2026-01-05T00:00:00Z',
  chargingRateUnit: 'A' as const,
  chargingSchedulePeriod: [{ startPeriod: 0, limit: 6 }],
}
const good: ChargingProfile = {
  id: 1,
  stackLevel: 0,
  chargingProfilePurpose: 'TxDefaultProfile',
  chargingProfileKind: 'Absolute',
  chargingSchedule: [schedule],
}
const tx = { chargingProfilePurpose: 'TxProfile', transactionId: 'tx' } as const
const max = { chargingProfilePurpose: 'ChargingStationMaxProfile' } as const
const withSchedule = (change: object) => ({ chargingSchedule: [{ ...schedule, ...change }] })
const { startSchedule: _, ...startless } = schedule

test.each([
  ['a default for one EVSE', 1, {}],
  ['a default for the station', 0, {}],
  ['a limit for the station', 0, max],
  ['a profile for the running transaction', 1, tx],
  ['a relative profile', 1, { chargingProfileKind: 'Relative', chargingSchedule: [startless] }],
  ['a daily recurrence', 1, { chargingProfileKind: 'Recurring', recurrencyKind: 'Daily' }],
] as const)('%s is accepted', (_title, evse, change) => {
  expect(profileRefusal({ profile: { ...good, ...change } as ChargingProfile, evse }, limits)).toBe(
    undefined,
  )
})

test.each([
  ['an EVSE that is not there (K01.FR.28)', 2, {}, 'UnknownEvse'],
  [
    'an outside limit by the CSMS (K01.FR.22)',
    0,
    { chargingProfilePurpose: 'ChargingStationExternalConstraints' },
    'InvalidProfile',
  ],
  ['a station limit on one EVSE (K04.FR.03)', 1, max, 'InvalidProfile'],
  [
    'a relative station limit (K01.FR.38)',
    0,
    { ...max, chargingProfileKind: 'Relative', chargingSchedule: [startless] },
    'InvalidProfile',
  ],
  ['a TxProfile for all EVSEs (K01.FR.16)', 0, tx, 'InvalidProfile'],
  [
    'a TxProfile without transaction (K01.FR.03)',
    1,
    { chargingProfilePurpose: 'TxProfile' },
    'InvalidProfile',
  ],
  [
    'a TxProfile of another transaction (K01.FR.33)',
    1,
    { ...tx, transactionId: 'x' },
    'TxNotFound',
  ],
  ['a stack level above the highest', 1, { stackLevel: 10 }, 'InvalidStackLevel'],
  ['a profile without schedule', 1, { chargingSchedule: [] }, 'InvalidSchedule'],
  [
    'too many periods',
    1,
    withSchedule({
      chargingSchedulePeriod: [0, 1, 2, 3, 4].map((startPeriod) => ({ startPeriod, limit: 6 })),
    }),
    'TooManyElements',
  ],
  [
    'a first period that begins later (K01.FR.31)',
    1,
    withSchedule({ chargingSchedulePeriod: [{ startPeriod: 1, limit: 6 }] }),
    'InvalidSchedule',
  ],
  [
    'periods in disorder (K01.FR.35)',
    1,
    withSchedule({
      chargingSchedulePeriod: [0, 9, 5].map((startPeriod) => ({ startPeriod, limit: 6 })),
    }),
    'InvalidSchedule',
  ],
  ['a schedule of no length', 1, withSchedule({ duration: 0 }), 'InvalidSchedule'],
  [
    'a negative limit',
    1,
    withSchedule({ chargingSchedulePeriod: [{ startPeriod: 0, limit: -1 }] }),
    'InvalidValue',
  ],
  [
    'an absolute schedule without start (K01.FR.40)',
    1,
    { chargingSchedule: [startless] },
    'InvalidSchedule',
  ],
  [
    'a relative schedule with a start (K01.FR.41)',
    1,
    { chargingProfileKind: 'Relative' },
    'InvalidSchedule',
  ],
  [
    'a recurrence that does not say how often',
    1,
    { chargingProfileKind: 'Recurring' },
    'InvalidProfile',
  ],
  [
    'a validity that ends before it begins',
    1,
    { validFrom: '2026-01-06T00:00:00Z', validTo: '2026-01-05T00:00:00Z' },
    'InvalidProfile',
  ],
  [
    'four phases',
    1,
    withSchedule({ chargingSchedulePeriod: [{ startPeriod: 0, limit: 6, numberPhases: 4 }] }),
    'InvalidSchedule',
  ],
  [
    'a choice of phase that the station has not (K01.FR.48)',
    1,
    withSchedule({
      chargingSchedulePeriod: [{ startPeriod: 0, limit: 6, numberPhases: 1, phaseToUse: 2 }],
    }),
    'InvalidSchedule',
  ],
] as const)('%s is refused', (_title, evse, change, reason) => {
  const profile = { ...good, ...change } as unknown as ChargingProfile
  expect(profileRefusal({ profile, evse }, limits)).toBe(reason)
  expect(install([{ profile: good, evse: 1 }], { profile, evse }, limits)).toMatchObject({
    ok: false,
    reason,
  })
})

test('a unit the station does not have is refused (K01.FR.26)', () => {
  const watts = { ...limits, rateUnits: ['W'] as const }
  expect(profileRefusal({ profile: good, evse: 1 }, watts)).toBe('UnsupportedRateUnit')
})

const held = [{ profile: good, evse: 1 }]

test('a profile with the id of another takes its place, wherever that was (K01.FR.05)', () => {
  const next = { profile: { ...good, stackLevel: 3 }, evse: 0 }
  expect(install(held, next, limits)).toEqual({ ok: true, value: [next] })
})

test.each([
  ['the same EVSE', 1],
  ['all EVSEs (K01.FR.52)', 0],
])('another id in the same slot for %s is a duplicate', (_title, evse) => {
  const next = { profile: { ...good, id: 2 }, evse }
  expect(install(held, next, limits)).toMatchObject({ reason: 'DuplicateProfile' })
})

test('two profiles of one slot that are never valid together stand side by side', () => {
  const first = { profile: { ...good, validTo: '2026-01-06T00:00:00Z' }, evse: 1 }
  const second = { profile: { ...good, id: 2, validFrom: '2026-01-06T00:00:00Z' }, evse: 1 }
  const both: HeldProfile[] = [first]
  expect(install(both, second, limits)).toEqual({ ok: true, value: [first, second] })
})

test('an outside limit is not replaced by a profile that has its id', () => {
  const outside = {
    profile: { ...good, chargingProfilePurpose: 'ChargingStationExternalConstraints' as const },
    evse: 0,
  }
  const next = { profile: good, evse: 1 }
  expect(install([outside], next, limits)).toEqual({ ok: true, value: [outside, next] })
})

test('more profiles than there is room for are refused', () => {
  const full = [1, 2, 3].map((id) => ({ profile: { ...good, id, stackLevel: id }, evse: 1 }))
  expect(install(full, { profile: { ...good, id: 9 }, evse: 1 }, limits)).toMatchObject({
    reason: 'TooManyElements',
  })
})

test('everything that a criterion gives must fit', () => {
  const [each] = held
  if (each === undefined) throw new Error('there is one')
  expect(meets(each, { ids: [1, 7] })).toBe(true)
  expect(meets(each, { evse: 0 })).toBe(false)
  expect(meets(each, { purpose: 'TxDefaultProfile', stackLevel: 0 })).toBe(true)
  expect(meets(each, { purpose: 'TxDefaultProfile', stackLevel: 1 })).toBe(false)
  expect(meets(each, {})).toBe(true)
})
