import { expect, test } from 'vitest'
import { destination } from './destination.ts'

const own = new Set(['csms.example', '2001:db8::1', '10.0.0.7'])
const judged = (ocppCsmsUrl: unknown, action = 'SetNetworkProfile') =>
  destination({ action, payload: { connectionData: { ocppCsmsUrl } } }, (host) => own.has(host))

test.each([
  'wss://csms.example/ocpp',
  'wss://csms.example:8443/ocpp',
  'wss://CSMS.example/ocpp',
  'wss://10.0.0.7/ocpp',
  'wss://[2001:db8::1]/ocpp',
])('%s is its own', (url) => {
  expect(judged(url)).toMatchObject({ ok: true })
})

test.each([
  'wss://attacker.example/ocpp',
  'wss://csms.example.attacker.example/ocpp',
  'wss://csms.example@attacker.example/ocpp',
  'wss://attacker.example/csms.example',
  'wss://csms.example:secret@csms.example/',
  'ws://csms.example/ocpp',
  'https://csms.example/ocpp',
  'csms.example',
  '',
  undefined,
  7,
])('%s is not', (url) => {
  expect(judged(url)).toMatchObject({ ok: false, reason: 'PlausibilityFailed' })
})

test('what sends no station anywhere is not looked at', () => {
  expect(judged('wss://attacker.example/', 'Reset')).toMatchObject({ ok: true })
  expect(
    destination({ action: 'SetNetworkProfile', payload: undefined }, () => true),
  ).toMatchObject({
    ok: false,
  })
})
