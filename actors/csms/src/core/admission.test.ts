import { eui64, stationId } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { admit, type Admitted } from './admission.ts'

const station: Admitted = {
  stationId: stationId('CS-1'),
  eui: eui64('00-00-00-00-00-00-00-01'),
  trust: 'supervised',
  passwordExpected: true,
  commissioned: false,
  securityProfile: undefined,
}
const certified = {
  id: 'CS-1',
  profile: 3,
  certificate: {
    role: 'station',
    stationId: stationId('CS-1'),
    eui: eui64(station.eui),
    publicKey: { spki: new Uint8Array() },
  },
  password: 'none',
} as const
const first = { id: 'CS-1', profile: 2, password: 'right' } as const

test('an unknown station is not found', () => {
  expect(admit(certified, undefined)).toMatchObject({ ok: false, reason: 'UnknownIdentity' })
})

test('a station with its own certificate is admitted, commissioned or not', () => {
  expect(admit(certified, station)).toEqual({ ok: true })
  expect(admit(certified, { ...station, commissioned: true })).toEqual({ ok: true })
})

test('each way in which a certificate is not the right one has its reason', () => {
  const having = (change: object) =>
    admit({ ...certified, certificate: { ...certified.certificate, ...change } }, station)
  expect(having({ stationId: stationId('CS-2') })).toEqual({
    ok: false,
    reason: 'IdentityMismatch',
    detail: 'the certificate is of CS-2',
  })
  expect(having({ eui: eui64('00-00-00-00-00-00-00-02') })).toMatchObject({
    reason: 'IdentityMismatch',
    detail: expect.stringContaining('00-02') as string,
  })
  expect(having({ role: 'csms', stationId: undefined })).toMatchObject({
    reason: 'NotPermitted',
    detail: expect.stringContaining('role csms') as string,
  })
  const bare = { id: 'CS-1', profile: 3, password: 'right' } as const
  expect(admit(bare, station)).toMatchObject({ reason: 'CertificateMissing' })
})

test('an RSA key admits a standard station and no supervised one (A00.FR.421)', () => {
  const { certificate } = certified
  const byRsa = { ...certified, certificate: { ...certificate, publicKey: undefined } }
  expect(admit(byRsa, { ...station, trust: 'standard' })).toEqual({ ok: true })
  expect(admit(byRsa, station)).toMatchObject({
    reason: 'NotPermitted',
    detail: expect.stringContaining('P-256') as string,
  })
})

test('the one-time password opens first contact, and nothing else does', () => {
  expect(admit(first, station)).toEqual({ ok: true })
  expect(admit({ ...first, password: 'wrong' }, station)).toMatchObject({
    reason: 'NotAuthenticated',
  })
  expect(admit({ ...first, password: 'none' }, station)).toMatchObject({
    reason: 'NotAuthenticated',
  })
  expect(admit(first, { ...station, passwordExpected: false })).toMatchObject({
    reason: 'NotPermitted',
  })
})

test('a commissioned station cannot come back with its password', () => {
  expect(admit(first, { ...station, commissioned: true })).toMatchObject({ reason: 'NotPermitted' })
})

const standard: Admitted = { ...station, trust: 'standard', commissioned: true }

test('a standard station may stay with its password, under profile 2 and 1', () => {
  expect(admit(first, standard)).toEqual({ ok: true })
  expect(admit({ ...first, profile: 1 }, standard)).toEqual({ ok: true })
  expect(admit({ ...first, password: 'wrong' }, standard)).toMatchObject({
    reason: 'NotAuthenticated',
  })
  expect(admit(first, { ...standard, passwordExpected: false })).toMatchObject({
    reason: 'NotAuthenticated',
  })
})

test('a supervised station never comes without TLS', () => {
  expect(admit({ ...first, profile: 1 }, station)).toMatchObject({ reason: 'NotPermitted' })
})

test('once it has come under a higher security profile, a lower one will not do (A05)', () => {
  const upgraded: Admitted = { ...standard, securityProfile: 3 }
  expect(admit(first, upgraded)).toMatchObject({ ok: false, reason: 'NotPermitted' })
  expect(admit(first, { ...standard, securityProfile: 2 })).toEqual({ ok: true })
  expect(admit({ ...first, profile: 1 }, { ...standard, securityProfile: 2 })).toMatchObject({
    reason: 'NotPermitted',
  })
  expect(admit(certified, upgraded)).toEqual({ ok: true })
})
