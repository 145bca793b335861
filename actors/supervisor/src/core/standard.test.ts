import { limits, type SignedCommand } from '@interlock/contract'
import { eui64, instant, toIso, type Role } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { device as sold } from './device.fixture.ts'
import type { Device } from './device.ts'
import { permittedStandard, worstCase } from './standard.ts'

const now = instant(Date.UTC(2026, 0, 5, 12))
const csms = eui64('02-00-00-00-00-00-00-03')
const device: Device = {
  ...sold,
  eui: eui64('00-00-00-00-00-00-00-01'),
  evses: [1, 2],
  csms,
  trust: 'standard',
  notifiedAt: now,
}
const command = (action: string, payload: unknown): SignedCommand =>
  ({
    action,
    payload,
    role: 'csms',
    organisation: csms,
    target: { station: device.eui, evse: 0 },
    effect: { from: now, until: instant(now + limits.budgetWindowMillis) },
  }) as unknown as SignedCommand
const charged = (action: string, payload: unknown) =>
  worstCase(command(action, payload), device, now)
const edgesOf = (action: string, payload: unknown) => {
  const edges = charged(action, payload)
  if (!edges.ok) throw new Error(edges.detail)
  return edges.value
}
const profile = (more: object, schedule: object = {}) => ({
  evseId: 1,
  chargingProfile: {
    id: 1,
    stackLevel: 0,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Absolute',
    ...more,
    chargingSchedule: [
      {
        id: 1,
        chargingRateUnit: 'A',
        startSchedule: toIso(now),
        duration: 3_600,
        chargingSchedulePeriod: [
          { startPeriod: 0, limit: 16 },
          { startPeriod: 1_800, limit: 6 },
        ],
        ...schedule,
      },
    ],
  },
})
const { startSchedule: _, ...floating } = { startSchedule: undefined }
const startingAt = (startPeriod: number) => ({ startPeriod, limit: 16 })

test('a start costs the rating of the EVSE it names, or of all of them', () => {
  expect(edgesOf('RequestStartTransaction', { evseId: 1 })).toMatchObject([{ swingWatts: 7_000 }])
  expect(edgesOf('RequestStartTransaction', {})).toMatchObject([{ swingWatts: 14_000 }])
  expect(edgesOf('RequestStopTransaction', { transactionId: 't' })).toMatchObject([
    { from: now, swingWatts: 14_000 },
  ])
})

test('what restarts a station goes down and comes up', () => {
  expect(edgesOf('Reset', { type: 'Immediate' }).map((edge) => edge.swingWatts)).toEqual([
    14_000, 14_000,
  ])
})

test('an absolute profile costs its arrival, its every period and its end', () => {
  const edges = edgesOf('SetChargingProfile', profile({}))
  expect(edges).toHaveLength(4)
  expect(edges.every((edge) => edge.swingWatts === 7_000)).toBe(true)
  expect(edges.some((edge) => edge.from < now + 1_800_000 && edge.until > now + 1_800_000)).toBe(
    true,
  )
})

test('a profile that recurs is charged in every window until it ends', () => {
  const recurring = { chargingProfileKind: 'Recurring', recurrencyKind: 'Daily' }
  const validTo = toIso(instant(now + 4 * 3_600_000))
  const edges = edgesOf('SetChargingProfile', profile({ ...recurring, validTo }))
  const windows = new Set(edges.map((edge) => Math.floor(edge.from / limits.budgetWindowMillis)))
  expect(windows.size).toBe(9)
})

test('every day of a recurrence must be asked for, and is charged', () => {
  const recurring = { chargingProfileKind: 'Recurring', recurrencyKind: 'Daily' }
  const day = limits.scheduleMillisMax
  const validTo = (at: number) => ({ ...recurring, validTo: toIso(instant(at)) })
  const edges = edgesOf('SetChargingProfile', profile(validTo(now + day)))
  const windows = new Set(edges.map((edge) => Math.floor(edge.from / limits.budgetWindowMillis)))
  for (let at: number = now; at <= now + day; at += limits.budgetWindowMillis)
    expect(windows.has(Math.floor(at / limits.budgetWindowMillis))).toBe(true)
  expect(charged('SetChargingProfile', profile(validTo(now + 2 * day)))).toMatchObject({
    ok: false,
    detail: 'it would change load later than a day from now',
  })
  // A weekly one changes load within the day as well, or not at all.
  const weekly = { ...validTo(now + 2 * day), recurrencyKind: 'Weekly' }
  expect(charged('SetChargingProfile', profile(weekly))).toMatchObject({ ok: false })
})

test('a recurrence that changes load often within a window is charged as often', () => {
  const recurring = {
    chargingProfileKind: 'Recurring',
    recurrencyKind: 'Daily',
    validTo: toIso(instant(now + 4 * 3_600_000)),
  }
  const each = 120
  const chargingSchedulePeriod = Array.from({ length: 10 }, (_, at) => ({
    startPeriod: at * each,
    limit: at % 2 === 0 ? 32 : 0,
  }))
  const often = edgesOf('SetChargingProfile', profile(recurring, { chargingSchedulePeriod }))
  expect(Math.max(...often.map((edge) => edge.swingWatts))).toBe(10 * 7_000)
  // The end of a day and the beginning of the next.
  const aroundMidnight = { chargingSchedulePeriod: [0, 86_000].map(startingAt), duration: 86_390 }
  const round = edgesOf('SetChargingProfile', profile(recurring, aroundMidnight))
  expect(Math.max(...round.map((edge) => edge.swingWatts))).toBe(3 * 7_000)
  const tx = { chargingProfilePurpose: 'TxProfile', chargingProfileKind: 'Relative' }
  const relative = profile(tx, { ...floating, chargingSchedulePeriod })
  const ofTransaction = edgesOf('SetChargingProfile', relative)
  expect(Math.max(...ofTransaction.map((edge) => edge.swingWatts))).toBe(10 * 7_000)
})

test('a street that is to begin at once by a recurrence is not had for nothing', () => {
  const later = { startSchedule: toIso(instant(now + 48 * 3_600_000)) }
  const level = { ...later, duration: undefined, chargingSchedulePeriod: [startingAt(0)] }
  const recurring = { chargingProfileKind: 'Recurring', recurrencyKind: 'Daily' }
  // One level for good, but from a moment on that every station reaches together.
  expect(charged('SetChargingProfile', profile(recurring, level))).toMatchObject({ ok: false })
  // It says that it is absolute, and how often it recurs.
  const both = profile({ recurrencyKind: 'Daily' })
  expect(charged('SetChargingProfile', both)).toMatchObject({ ok: false })
})

test('one without an end is refused, for nobody could say what it costs', () => {
  const recurring = { chargingProfileKind: 'Recurring', recurrencyKind: 'Daily' }
  expect(charged('SetChargingProfile', profile(recurring))).toMatchObject({
    ok: false,
    reason: 'PlausibilityFailed',
  })
  const relative = profile({ chargingProfileKind: 'Relative' }, floating)
  expect(charged('SetChargingProfile', relative)).toMatchObject({ ok: false })
  const late = profile({}, { startSchedule: toIso(instant(now + 48 * 3_600_000)) })
  expect(charged('SetChargingProfile', late)).toMatchObject({ ok: false })
})

test('the relative profile of a running transaction is over with its last period', () => {
  const tx = { chargingProfilePurpose: 'TxProfile', chargingProfileKind: 'Relative' }
  const edges = edgesOf('SetChargingProfile', profile(tx, floating))
  const ends = Math.max(...edges.map((edge) => edge.until))
  expect(ends).toBeGreaterThanOrEqual(now + 3_600_000)
})

test('firmware may be installed at any time of the day, and no later', () => {
  const firmware = { location: 'https://x', retrieveDateTime: toIso(now) }
  expect(edgesOf('UpdateFirmware', { firmware }).length).toBeGreaterThanOrEqual(96)
  const installDateTime = toIso(instant(now + 48 * 3_600_000))
  expect(charged('UpdateFirmware', { firmware: { ...firmware, installDateTime } })).toMatchObject({
    ok: false,
  })
})

test('a variable that nobody has looked at costs the rating, a harmless one nothing', () => {
  const set = (component: string, variable: string) => ({
    setVariableData: [
      { component: { name: component }, variable: { name: variable }, attributeValue: '1' },
    ],
  })
  expect(edgesOf('SetVariables', set('TxCtrlr', 'TxStartPoint'))).toMatchObject([
    { swingWatts: 14_000 },
    { swingWatts: 14_000 },
  ])
  expect(edgesOf('SetVariables', set('OCPPCommCtrlr', 'HeartbeatInterval'))).toMatchObject([
    { swingWatts: 0 },
  ])
})

test('a vendor message costs the whole station both ways, whatever EVSE it names', () => {
  const message = { vendorId: 'com.vendor', messageId: 'SetMaxCurrent', evseId: 1 }
  expect(edgesOf('DataTransfer', message)).toMatchObject([
    { from: now, swingWatts: 14_000 },
    { from: now, swingWatts: 14_000 },
  ])
})

test('unlocking may end a charge, and costs the rating of its EVSE', () => {
  const unlock = { evseId: 2, connectorId: 1 }
  expect(edgesOf('UnlockConnector', unlock)).toMatchObject([{ swingWatts: 7_000 }])
})

test('an EVSE that is not there, and what only supervised stations know, are refused', () => {
  expect(charged('RequestStartTransaction', { evseId: 3 })).toMatchObject({ ok: false })
  expect(charged('FrequencyCurve', {})).toMatchObject({ ok: false })
})

test('only the CSMS that the station is bound to is heard', () => {
  const bound = { csms }
  const start = command('RequestStartTransaction', {})
  expect(permittedStandard(start, { bound })).toBeUndefined()
  for (const action of ['DataTransfer', 'UnlockConnector'])
    expect(permittedStandard(command(action, {}), { bound })).toBeUndefined()
  expect(permittedStandard(command('ReserveNow', {}), { bound })).toMatchObject({
    reason: 'RoleForbidden',
  })
  expect(
    permittedStandard({ ...start, organisation: eui64('02-00-00-00-00-00-00-09') }, { bound }),
  ).toMatchObject({ reason: 'ProviderNotBound' })
  expect(permittedStandard({ ...start, role: 'dsrsp' satisfies Role }, { bound })).toMatchObject({
    reason: 'RoleForbidden',
  })
})
