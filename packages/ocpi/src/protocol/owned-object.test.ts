import { expect, test } from 'vitest'
import type { Connector, Evse, Location } from '../location.ts'
import type { Session } from '../session.ts'
import type { Token } from '../token.ts'
import { partIn, withPart } from './location-parts.ts'
import { afterPatch, afterPut } from './owned-object.ts'

const caller = { country_code: 'NL', party_id: 'ILK' }
const params = { ...caller, id: '04A1' }
const token: Token = {
  ...caller,
  uid: '04A1',
  type: 'RFID',
  contract_id: 'NL-ILK-C1',
  issuer: 'Interlock',
  visual_number: '1',
  valid: true,
  whitelist: 'NEVER',
  last_updated: '2026-01-12T20:30:00Z',
}
const later = '2026-01-12T20:30:01Z'

test('a party puts its own objects, under their own names, and never an older state', () => {
  const put = (object: Token, at = params, known?: Token) =>
    afterPut('Token', caller, at, object, known)
  expect(put(token)).toEqual({ ok: true, value: token })
  expect(put(token, { ...params, party_id: 'ilk' })).toMatchObject({ ok: true })
  expect(put(token, { ...params, party_id: 'XXX' })).toMatchObject({ reason: 'OwnerOther' })
  expect(put({ ...token, party_id: 'XXX' })).toMatchObject({ reason: 'OwnerOther' })
  expect(put(token, { ...params, id: 'other' })).toMatchObject({ reason: 'NameDiffers' })
  expect(put(token, params, { ...token, last_updated: later })).toMatchObject({
    reason: 'ObjectOlder',
  })
  expect(put({ ...token, last_updated: '2026-13-12T20:30:00Z' })).toMatchObject({
    reason: 'ObjectInvalid',
  })
})

test('a part changes some members, takes away those that are null, and cannot rename', () => {
  const patch = (part: Record<string, unknown>, known?: Token) =>
    afterPatch('Token', caller, params, { last_updated: later, ...part }, known)
  const { visual_number: _, ...rest } = token
  expect(patch({ valid: false, visual_number: null }, token)).toEqual({
    ok: true,
    value: { ...rest, valid: false, last_updated: later },
  })
  expect(patch({ valid: false })).toMatchObject({ reason: 'ObjectUnknown' })
  expect(patch({ last_updated: undefined }, token)).toMatchObject({ reason: 'ObjectInvalid' })
  expect(patch({ valid: 'no' }, token)).toMatchObject({ reason: 'ObjectInvalid' })
  expect(patch({ uid: 'other' }, token)).toMatchObject({ reason: 'NameDiffers' })
  expect(patch({ party_id: 'XXX' }, token)).toMatchObject({ reason: 'OwnerOther' })
})

test('what a part of a session adds to its charging periods is added once, however often it comes', () => {
  const at = { ...caller, id: 'S1' }
  const period = (hour: number) => ({
    start_date_time: `2026-01-12T${hour}:00:00Z`,
    dimensions: [{ type: 'ENERGY' as const, volume: 1 }],
  })
  const session: Session = {
    ...caller,
    id: 'S1',
    start_date_time: '2026-01-12T20:00:00Z',
    kwh: 1,
    cdr_token: { ...caller, uid: '04A1', type: 'RFID', contract_id: 'C1' },
    auth_method: 'AUTH_REQUEST',
    location_id: 'L1',
    evse_uid: 'E1',
    connector_id: '1',
    currency: 'EUR',
    charging_periods: [period(20)],
    status: 'ACTIVE',
    last_updated: token.last_updated,
  }
  const patch = (part: object) =>
    afterPatch('Session', caller, at, { last_updated: later, ...part }, session)
  const added = { kwh: 2, charging_periods: [period(20), period(21)] }
  expect(patch(added)).toMatchObject({
    value: { kwh: 2, charging_periods: [period(20), period(21)] },
  })
  for (const none of [{}, { charging_periods: [] }])
    expect(patch(none)).toMatchObject({ value: { charging_periods: [period(20)] } })
  const endless = { ...period(21), other: Infinity }
  for (const bad of [{}, [{}], [endless], Array.from({ length: 1_000 }, () => period(22))])
    expect(patch({ charging_periods: bad })).toMatchObject({ reason: 'ObjectInvalid' })
})

const connector: Connector = {
  id: '1',
  standard: 'IEC_62196_T2',
  format: 'SOCKET',
  power_type: 'AC_1_PHASE',
  max_voltage: 230,
  max_amperage: 32,
  last_updated: later,
}
const evse: Evse = { uid: 'E1', status: 'AVAILABLE', connectors: [connector], last_updated: later }
const location: Location = {
  ...caller,
  id: 'L1',
  publish: true,
  address: 'Damrak 1',
  city: 'Amsterdam',
  country: 'NLD',
  coordinates: { latitude: '52.376400', longitude: '4.898800' },
  time_zone: 'Europe/Amsterdam',
  last_updated: '2026-01-12T20:30:00Z',
}
const before = { last_updated: '2026-01-12T20:29:59Z' }

test('an EVSE is put into its location, or changed in part', () => {
  const e1 = { evse_uid: 'E1' }
  const put = withPart(location, e1, evse, true)
  expect(put).toEqual({ ok: true, value: { ...location, evses: [evse], last_updated: later } })
  if (!put.ok) return
  const charging = { status: 'CHARGING', last_updated: later }
  const patched = withPart(put.value, { evse_uid: 'e1' }, charging, false)
  expect(patched).toMatchObject({ value: { evses: [{ ...evse, status: 'CHARGING' }] } })
  expect(withPart(location, e1, charging, false)).toMatchObject({ reason: 'ObjectUnknown' })
  expect(withPart(location, { evse_uid: 'E2' }, evse, true)).toMatchObject({
    reason: 'NameDiffers',
  })
  const change = (part: object, isWhole = false) =>
    withPart(put.value, e1, { last_updated: later, ...part }, isWhole)
  expect(change({ status: 'GONE' })).toMatchObject({ reason: 'ObjectInvalid' })
  expect(change({ status: 'CHARGING' })).toMatchObject({ ok: true })
  // Nothing changes without the time of its change, nor back to what was before.
  for (const last_updated of [undefined, null, 7, '2026-13-12T20:30:00Z'])
    expect(change({ last_updated })).toMatchObject({ reason: 'ObjectInvalid' })
  expect(change(before)).toMatchObject({ reason: 'ObjectOlder' })
  expect(change({ ...evse, ...before }, true)).toMatchObject({ reason: 'ObjectOlder' })
})

test('a connector is put into its EVSE, or changed in part, and both have changed with it', () => {
  const other: Evse = { ...evse, uid: 'E0' }
  const held: Location = { ...location, evses: [other, evse] }
  const at = { evse_uid: 'e1', connector_id: '1' }
  const latest = '2026-01-12T20:31:00Z'
  const part = { max_amperage: 16, last_updated: latest }
  const changed = { ...evse, connectors: [{ ...connector, ...part }], last_updated: latest }
  const patched = withPart(held, at, part, false)
  expect(patched).toEqual({
    ok: true,
    value: { ...held, evses: [other, changed], last_updated: latest },
  })
  const second = { ...connector, id: '2' }
  expect(withPart(held, { ...at, connector_id: '2' }, second, true)).toMatchObject({
    value: { evses: [{}, { connectors: [connector, second] }], last_updated: later },
  })
  if (patched.ok) expect(partIn(patched.value, at)).toEqual(changed.connectors[0])
  expect(partIn(held, { evse_uid: 'e0' })).toEqual(other)
  for (const none of [
    { evse_uid: 'E2' },
    { ...at, connector_id: '2' },
    { ...at, evse_uid: 'E2' },
  ]) {
    expect(partIn(held, none)).toBeUndefined()
    expect(withPart(held, none, part, false)).toMatchObject({ reason: 'ObjectUnknown' })
  }
  const wrong = (change: object, isWhole = false) =>
    withPart(held, at, { ...part, ...change }, isWhole)
  expect(wrong({ ...connector, id: '2' }, true)).toMatchObject({ reason: 'NameDiffers' })
  expect(wrong({ id: 1 })).toMatchObject({ reason: 'NameDiffers' })
  expect(wrong({ format: 'BOTH' })).toMatchObject({ reason: 'ObjectInvalid' })
  expect(wrong({ last_updated: undefined })).toMatchObject({ reason: 'ObjectInvalid' })
  expect(wrong(before)).toMatchObject({ reason: 'ObjectOlder' })
})
