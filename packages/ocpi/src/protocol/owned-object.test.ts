import { expect, test } from 'vitest'
import type { Location } from '../location.ts'
import type { Token } from '../token.ts'
import { withEvse } from './evses.ts'
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

test('an EVSE is put into its location, or changed in part', () => {
  const evse = {
    uid: 'E1',
    status: 'AVAILABLE',
    connectors: [
      {
        id: '1',
        standard: 'IEC_62196_T2',
        format: 'SOCKET',
        power_type: 'AC_1_PHASE',
        max_voltage: 230,
        max_amperage: 32,
        last_updated: later,
      },
    ],
    last_updated: later,
  }
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
  const put = withEvse(location, 'E1', evse, true)
  expect(put).toEqual({ ok: true, value: { ...location, evses: [evse], last_updated: later } })
  if (!put.ok) return
  const patched = withEvse(put.value, 'e1', { status: 'CHARGING', last_updated: later }, false)
  expect(patched).toMatchObject({ value: { evses: [{ ...evse, status: 'CHARGING' }] } })
  expect(withEvse(location, 'E1', { status: 'CHARGING' }, false)).toMatchObject({
    reason: 'ObjectUnknown',
  })
  expect(withEvse(location, 'E2', evse, true)).toMatchObject({ reason: 'NameDiffers' })
  const change = (part: object, isWhole = false) =>
    withEvse(put.value, 'E1', { last_updated: later, ...part }, isWhole)
  expect(change({ status: 'GONE' })).toMatchObject({ reason: 'ObjectInvalid' })
  expect(change({ status: 'CHARGING' })).toMatchObject({ ok: true })
  // Nothing changes without the time of its change, nor back to what was before.
  expect(change({ last_updated: undefined })).toMatchObject({ reason: 'ObjectInvalid' })
  expect(change({ last_updated: '2026-13-12T20:30:00Z' })).toMatchObject({
    reason: 'ObjectInvalid',
  })
  const before = { last_updated: '2026-01-12T20:29:59Z' }
  expect(change(before)).toMatchObject({ reason: 'ObjectOlder' })
  expect(change({ ...evse, ...before }, true)).toMatchObject({ reason: 'ObjectOlder' })
})
