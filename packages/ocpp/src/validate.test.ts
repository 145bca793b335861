import { expect, test } from 'vitest'
import { actions } from './messages.ts'
import { validateRequest, validateResponse } from './validate.ts'

const station = { model: 'M', vendorName: 'V' }
const boot = { reason: 'PowerUp', chargingStation: station } as const

test('all 64 actions of OCPP 2.0.1 have both validators', () => {
  expect(actions).toHaveLength(64)
  for (const action of actions) {
    expect(validateRequest(action, null).ok).toBe(false)
    expect(validateResponse(action, null).ok).toBe(false)
  }
})

test.each([
  ['a valid request', boot, undefined],
  ['a missing field', { chargingStation: station }, 'OccurrenceConstraintViolation'],
  ['a field of the wrong type', { ...boot, reason: 7 }, 'TypeConstraintViolation'],
  ['a value outside its list', { ...boot, reason: 'Whim' }, 'PropertyConstraintViolation'],
  ['a field nobody knows', { ...boot, extra: 1 }, 'FormatViolation'],
  [
    'a model of 21 characters',
    { ...boot, chargingStation: { ...station, model: 'm'.repeat(21) } },
    'PropertyConstraintViolation',
  ],
])('BootNotification with %s', (_title, payload, reason) => {
  const verdict = validateRequest('BootNotification', payload)
  expect(verdict.ok ? undefined : verdict.reason).toBe(reason)
})

test('__proto__ is a field that nobody knows', () => {
  expect(validateRequest('Heartbeat', JSON.parse('{"__proto__":{}}'))).toMatchObject({
    reason: 'FormatViolation',
  })
})

test('a refusal names the field', () => {
  expect(validateRequest('BootNotification', { ...boot, reason: 'Whim' })).toMatchObject({
    detail: expect.stringContaining('/reason') as string,
  })
})

test('lengths count characters, not UTF-16 units', () => {
  const model = '😀'.repeat(20)
  const request = { ...boot, chargingStation: { ...station, model } }
  expect(validateRequest('BootNotification', request).ok).toBe(true)
})

test('custom data may hold anything besides its vendor', () => {
  const customData = { vendorId: 'org.interlock', anything: [1] }
  expect(validateRequest('Heartbeat', { customData }).ok).toBe(true)
  expect(validateRequest('Heartbeat', { customData: { anything: 1 } }).ok).toBe(false)
})

test.each([
  ['2026-01-05T18:00:00Z', true],
  ['2026-01-05T18:00:00.123+01:00', true],
  ['2026-01-05T18:00:00', false],
  ['2026-13-05T18:00:00Z', false],
  ['yesterday', false],
])('currentTime %s', (currentTime, valid) => {
  expect(validateResponse('Heartbeat', { currentTime }).ok).toBe(valid)
})

test('Get15118EVCertificate takes 7500 characters of EXI, as the errata say', () => {
  const answer = (chars: number) => ({ status: 'Accepted', exiResponse: 'x'.repeat(chars) })
  expect(validateResponse('Get15118EVCertificate', answer(7500)).ok).toBe(true)
  expect(validateResponse('Get15118EVCertificate', answer(7501)).ok).toBe(false)
})

test('validation leaves the payload as it came', () => {
  const request = { ...boot, chargingStation: { ...station } }
  const before = JSON.stringify(request)
  validateRequest('BootNotification', request)
  validateRequest('BootNotification', { ...request, extra: 1 })
  expect(JSON.stringify(request)).toBe(before)
})
