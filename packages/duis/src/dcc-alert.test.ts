import { eui64, instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import {
  breaches,
  buildQuarantineAlert,
  parseQuarantineAlert,
  type Breach,
  type QuarantineAlert,
} from './dcc-alert.ts'

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
