import { expect, test } from 'vitest'
import { allowed, forbidden, judge, send } from '../scenarios.fixture.ts'
import { later, now, parties, payloads, profile, station, type Party } from '../world.fixture.ts'

test.each([
  ['whole (K04.FR.03)', { profile: { chargingProfilePurpose: 'ChargingStationMaxProfile' } }],
  ['(K01.FR.03)', { profile: { transactionId: 'tx-1' } }],
  ['(K01.FR.33)', { profile: { chargingProfilePurpose: 'TxProfile', transactionId: 'x' } }],
  ['startSchedule', { schedule: { startSchedule: 'x' } }],
  ['(K01.FR.31)', { periods: [{ startPeriod: 1, limit: 1 }] }],
  ['supervised profile', { schedule: { chargingRateUnit: 'A' } }],
])('a refused profile says why: %s', (words, change) => {
  expect(judge({ payload: profile(change) })).toMatchObject({
    ...forbidden,
    detail: expect.stringContaining(words) as string,
  })
})

test('a transaction’s profile for an EVSE that does not exist is refused', () => {
  const payload = profile({
    evse: 9,
    profile: { chargingProfilePurpose: 'TxProfile', transactionId: 'tx-1' },
  })
  expect(judge({ payload, target: { station, evse: 9 } })).toMatchObject(forbidden)
})

test('every period of three lies within the duration', () => {
  const periods = [0, 60, 120].map((startPeriod) => ({ startPeriod, limit: 1 }))
  expect(judge({ payload: profile({ periods, duration: 121 }) })).toMatchObject({ ok: true })
  expect(judge({ payload: profile({ periods, duration: 120 }) })).toMatchObject(forbidden)
  const falling = [0, 120, 60].map((startPeriod) => ({ startPeriod, limit: 1 }))
  expect(judge({ payload: profile({ periods: falling }) })).toMatchObject(forbidden)
})

test('a lowest charging rate is not negative', () => {
  expect(judge({ payload: profile({ schedule: { minChargingRate: -1 } }) })).toMatchObject(
    forbidden,
  )
})

test.each([
  ['a member OCPP 2.1 would add', { profile: { maxOfflineDuration: 60 } }],
  ['a recurrency', { profile: { recurrencyKind: 'Daily' } }],
  ['no schedule', { profile: { chargingSchedule: [] } }],
  ['amperes', { schedule: { chargingRateUnit: 'A' } }],
  ['a duration above a day', { duration: 86_401 }],
  ['a duration of nothing', { duration: 0 }],
  ['a start that is no date', { schedule: { startSchedule: 'tomorrow' } }],
  ['a start without a zone', { schedule: { startSchedule: '2026-01-05T18:00:00' } }],
  ['no period', { periods: [] }],
  ['a first period after the start', { periods: [{ startPeriod: 1, limit: 1 }] }],
  [
    'two periods at once',
    {
      periods: [
        { startPeriod: 0, limit: 1 },
        { startPeriod: 0, limit: 2 },
      ],
    },
  ],
  [
    'a period after the end',
    {
      duration: 60,
      periods: [
        { startPeriod: 0, limit: 1 },
        { startPeriod: 60, limit: 2 },
      ],
    },
  ],
  ['a negative limit', { periods: [{ startPeriod: 0, limit: -1 }] }],
  [
    'a recurring purpose of the grid',
    { profile: { chargingProfilePurpose: 'ChargingStationExternalConstraints' } },
  ],
  [
    'a station limit at one EVSE',
    { profile: { chargingProfilePurpose: 'ChargingStationMaxProfile' } },
  ],
  [
    'a transaction’s profile without the transaction',
    { profile: { chargingProfilePurpose: 'TxProfile' } },
  ],
  ['a default profile with a transaction', { profile: { transactionId: 'tx-1' } }],
  [
    'another transaction',
    { profile: { chargingProfilePurpose: 'TxProfile', transactionId: 'tx-2' } },
  ],
])('a charging profile with %s is outside the supervised profile', (_what, change) => {
  expect(judge({ payload: profile(change) })).toMatchObject(forbidden)
})

test('two schedules are one too many', () => {
  const [schedule] = profile().chargingProfile.chargingSchedule
  const payload = profile({ profile: { chargingSchedule: [schedule, schedule] } })
  expect(judge({ payload })).toMatchObject(forbidden)
})

test('a profile for the running transaction names it', () => {
  const payload = profile({
    profile: { chargingProfilePurpose: 'TxProfile', transactionId: 'tx-1' },
    periods: [
      { startPeriod: 0, limit: 1_000 },
      { startPeriod: 1_800, limit: 7_400 },
    ],
    schedule: { minChargingRate: 0, customData: { vendorId: 'any' } },
  })
  expect(judge({ payload })).toMatchObject(
    allowed({
      purpose: 'TxProfile',
      transactionId: 'tx-1',
      periods: [
        { from: now, limitWatts: 1_000 },
        { from: later(1_800), limitWatts: 7_400 },
      ],
    }),
  )
})

test('a DSRSP sets no limit for a whole station', () => {
  const payload = profile({
    evse: 0,
    profile: { chargingProfilePurpose: 'ChargingStationMaxProfile' },
  })
  expect(send('SetChargingProfile', payload, parties.dsrsp, 0)).toMatchObject({
    ...forbidden,
    detail: 'purpose ChargingStationMaxProfile',
  })
  expect(send('SetChargingProfile', payload, parties.csms, 0)).toMatchObject({ ok: true })
})

test('a profile is cleared by its id or by criteria, never both or neither', () => {
  const criteria = { evseId: 1, chargingProfilePurpose: 'TxProfile', stackLevel: 2 }
  const clear = (payload: object, by: Party = parties.csms, evse = 1) =>
    send('ClearChargingProfile', payload, by, evse)
  expect(clear({ chargingProfileId: 7 })).toMatchObject({
    ok: true,
    setting: { kind: 'clear', evse: 1, profileId: 7 },
  })
  expect(clear({ chargingProfileCriteria: criteria })).toMatchObject({
    ok: true,
    setting: { kind: 'clear', evse: 1, purpose: 'TxProfile', stackLevel: 2 },
  })
  const everything = clear({ chargingProfileCriteria: {} }, parties.csms, 0)
  expect(everything).toHaveProperty('setting', { kind: 'clear', evse: 0 })
  expect(clear({ chargingProfileCriteria: {} })).toMatchObject(forbidden)
  expect(clear({})).toMatchObject({
    ...forbidden,
    detail: 'either an id or criteria say what to clear (K10.FR.02)',
  })
  expect(clear({ chargingProfileId: 7, chargingProfileCriteria: criteria })).toMatchObject(
    forbidden,
  )
  expect(clear({ chargingProfileCriteria: criteria }, parties.dsrsp)).toMatchObject({
    ...forbidden,
    detail: 'criteria',
  })
  expect(clear({ chargingProfileId: 7 }, parties.dsrsp)).toMatchObject({ ok: true })
})

test('a start carries no profile of its own', () => {
  const start = { ...(payloads['RequestStartTransaction']?.payload as object) }
  const payload = { ...start, chargingProfile: profile().chargingProfile }
  expect(send('RequestStartTransaction', payload)).toMatchObject(forbidden)
})
