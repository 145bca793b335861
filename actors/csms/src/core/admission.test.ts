import { stationId } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { admit, type Admitted } from './admission.ts'

const station: Admitted = {
  stationId: stationId('CS-1'),
  eui: '00-00-00-00-00-00-00-01',
  trust: 'supervised',
  passwordExpected: true,
  commissioned: false,
  securityProfile: undefined,
}
const certified = {
  id: 'CS-1',
  profile: 3,
  certificateFor: stationId('CS-1'),
  certificateEui: station.eui,
  password: 'none',
} as const
const first = { id: 'CS-1', profile: 2, password: 'right' } as const

test('an unknown station is not found', () => {
  expect(admit(certified, undefined)).toMatchObject({ ok: false, status: 404 })
})

test('a station with its own certificate is admitted, commissioned or not', () => {
  expect(admit(certified, station)).toEqual({ ok: true })
  expect(admit(certified, { ...station, commissioned: true })).toEqual({ ok: true })
})

test('another station’s certificate is refused, and so is one with another EUI', () => {
  expect(admit({ ...certified, certificateFor: stationId('CS-2') }, station)).toMatchObject({
    status: 403,
  })
  expect(admit({ ...certified, certificateEui: '00-00-00-00-00-00-00-02' }, station)).toMatchObject(
    { status: 403 },
  )
  expect(admit({ id: 'CS-1', profile: 3, password: 'right' }, station)).toMatchObject({
    status: 401,
  })
})

test('the one-time password opens first contact, and nothing else does', () => {
  expect(admit(first, station)).toEqual({ ok: true })
  expect(admit({ ...first, password: 'wrong' }, station)).toMatchObject({
    status: 401,
  })
  expect(admit({ ...first, password: 'none' }, station)).toMatchObject({ status: 401 })
  expect(admit(first, { ...station, passwordExpected: false })).toMatchObject({ status: 403 })
})

test('a commissioned station cannot come back with its password', () => {
  expect(admit(first, { ...station, commissioned: true })).toMatchObject({ status: 403 })
})

const standard: Admitted = { ...station, trust: 'standard', commissioned: true }

test('a standard station may stay with its password, under profile 2 and 1', () => {
  expect(admit(first, standard)).toEqual({ ok: true })
  expect(admit({ ...first, profile: 1 }, standard)).toEqual({ ok: true })
  expect(admit({ ...first, password: 'wrong' }, standard)).toMatchObject({ status: 401 })
  expect(admit(first, { ...standard, passwordExpected: false })).toMatchObject({ status: 401 })
})

test('a supervised station never comes without TLS', () => {
  expect(admit({ ...first, profile: 1 }, station)).toMatchObject({ status: 403 })
})

test('once it has come under a higher security profile, a lower one will not do (A05)', () => {
  const upgraded: Admitted = { ...standard, securityProfile: 3 }
  expect(admit(first, upgraded)).toMatchObject({ ok: false, status: 403 })
  expect(admit(first, { ...standard, securityProfile: 2 })).toEqual({ ok: true })
  expect(admit({ ...first, profile: 1 }, { ...standard, securityProfile: 2 })).toMatchObject({
    status: 403,
  })
  expect(admit(certified, upgraded)).toEqual({ ok: true })
})
