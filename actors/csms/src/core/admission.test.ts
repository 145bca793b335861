import { stationId } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { admit, type Admitted } from './admission.ts'

const station: Admitted = {
  stationId: stationId('CS-1'),
  eui: '00-00-00-00-00-00-00-01',
  passwordSha256: 'a'.repeat(64),
  commissioned: false,
}
const certified = {
  id: 'CS-1',
  profile: 3,
  certificateFor: stationId('CS-1'),
  certificateEui: station.eui,
} as const
const first = { id: 'CS-1', profile: 2, passwordSha256: 'a'.repeat(64) } as const

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
  expect(admit({ id: 'CS-1', profile: 3 }, station)).toMatchObject({ status: 401 })
})

test('the one-time password opens first contact, and nothing else does', () => {
  expect(admit(first, station)).toEqual({ ok: true })
  expect(admit({ ...first, passwordSha256: 'b'.repeat(64) }, station)).toMatchObject({
    status: 401,
  })
  expect(admit({ id: 'CS-1', profile: 2 }, station)).toMatchObject({ status: 401 })
  expect(admit(first, { ...station, passwordSha256: undefined })).toMatchObject({ status: 403 })
})

test('a commissioned station cannot come back with its password', () => {
  expect(admit(first, { ...station, commissioned: true })).toMatchObject({ status: 403 })
})
