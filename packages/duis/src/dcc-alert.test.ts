import { nodeCrypto as crypto } from '@interlock/host'
import { eui64, instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import {
  breaches,
  buildDccAlert,
  buildQuarantineAlert,
  parseDccAlert,
  parseQuarantineAlert,
  type Breach,
  type DccAlert,
  type QuarantineAlert,
} from './dcc-alert.ts'
import { openDccAlert } from './answer.ts'
import { signDocument } from './signature.ts'

const alertOf = (breach: Breach): QuarantineAlert => ({
  at: instant(Date.UTC(2026, 0, 5, 18)),
  breach,
  request: {
    originator: eui64('02-00-00-00-00-00-00-01'),
    target: eui64('02-00-00-00-00-00-00-02'),
    counter: 18_446_744_073_709_551_615n,
  },
  reference: '12345678901234567890',
})

test.each(Object.keys(breaches) as Breach[])('an alert of %s reads as it was written', (breach) => {
  const xml = buildQuarantineAlert(alertOf(breach))
  expect(xml).toContain(breach)
  expect(parseQuarantineAlert(xml)).toEqual({ ok: true, value: alertOf(breach) })
})

test('an alert names exactly one breach, with a reference of digits', () => {
  const xml = buildQuarantineAlert(alertOf('ADUserThresholdBreach'))
  const breach = /<sr:ADUserThresholdBreach>.*<\/sr:ADUserThresholdBreach>/s.exec(xml)?.[0] ?? ''
  const other = breach.replaceAll('ADUserThreshold', 'ADDCCThreshold')
  const wrong = [
    xml.replace(breach, ''),
    xml.replace(breach, breach + other),
    xml.replace('12345678901234567890', '012'),
    xml.replace('12345678901234567890', '123456789012345678901'),
    xml.replace('sr:DCCAlert>', 'sr:DeviceAlert>'),
  ]
  for (const each of wrong) expect(parseQuarantineAlert(each).ok).toBe(false)
})

const company = eui64('02-00-00-00-00-00-00-0D')
const user = eui64('02-00-00-00-00-00-00-0A')
const pushed = { at: instant(0), id: { originator: company, target: user, counter: 7n } }
test.each<DccAlert>([
  { ...pushed, about: { kind: 'deviceStatus', device: user, status: 'Suspended' } },
  { ...pushed, about: { kind: 'futureDated', request: pushed.id, outcome: 'CounterUsed' } },
  {
    ...pushed,
    about: { kind: 'deviceAlert', alertCode: '8F66', payload: Uint8Array.of(0xdf, 9, 3) },
  },
  {
    ...pushed,
    about: {
      kind: 'quarantined',
      breach: 'ADMegawattBreach',
      request: pushed.id,
      reference: '12',
    },
  },
])('an alert that is brought is read back: $about.kind', (alert) => {
  expect(parseDccAlert(buildDccAlert(alert))).toEqual({ ok: true, value: alert })
})

test('an alert is of the data company or of a device, and not of both', () => {
  const about = { kind: 'deviceAlert', alertCode: '8F66', payload: Uint8Array.of(1) } as const
  const xml = buildDccAlert({ ...pushed, about })
  const device = /<sr:DeviceAlertMessage>.*<\/sr:DeviceAlertMessage>/s.exec(xml)?.[0] ?? ''
  const company = /<sr:DCCAlertMessage>.*<\/sr:DCCAlertMessage>/s.exec(
    buildQuarantineAlert(alertOf('ADMegawattBreach')),
  )?.[0]
  for (const body of ['', `${company}${device}`, `${device}${company}`])
    expect(parseDccAlert(xml.replace(device, body))).toMatchObject({ reason: 'DocumentUnexpected' })
  for (const code of ['8f66', '8F6', '', '18F66'])
    expect(parseDccAlert(xml.replace('>8F66<', `>${code}<`))).toMatchObject({
      detail: expect.stringContaining('AlertCode') as string,
    })
})

test('an alert is believed when the company has signed it for this user, and has numbered it', () => {
  const about = { kind: 'deviceStatus', device: user, status: 'Pending' } as const
  const { key } = crypto.generateKey()
  const signer = { key, issuer: 'CN=Test', serialHex: '1f2e' }
  const known = { eui: company, publicKey: key.publicKey, serialHex: '1f2e' }
  const open = (xml: string, to = user) => openDccAlert(xml, to, known, crypto)
  const sign = (xml: string) => signDocument(xml, signer, crypto)
  const xml = buildDccAlert({ ...pushed, about })
  expect(open(sign(xml))).toEqual({ ok: true, value: { ...pushed, about } })
  expect(open(xml)).toMatchObject({ reason: 'SignatureMissing' })
  expect(open(sign(xml).replace('Pending', 'Suspended'))).toMatchObject({
    reason: 'SignatureInvalid',
  })
  expect(open(sign(xml), company)).toMatchObject({ reason: 'RequestMismatch' })
  const unnumbered = buildDccAlert({ at: instant(0), about })
  expect(open(sign(unnumbered))).toMatchObject({ reason: 'RequestMismatch' })
})
