import { nodeCrypto as crypto, verifyEcdsa } from '@interlock/host'
import { fromBase64, fromUtf8, instant, toBase64, utf8 } from '@interlock/kernel'
import { parseRecord } from '@interlock/ocmf'
import type { Cdr, SignedValue } from '@interlock/ocpi'
import { expect, test } from 'vitest'
import { costOf } from './cost.ts'
import { cdrWith, keyText, meter, registers, tariff, values } from './operator.fixture.ts'
import { nothingBilled, rateCdr } from './rate-cdr.ts'
import { ratingProblemRow, type AtFault, type RatingProblem } from './rating-problems.ts'

const { key: vehicleKey } = crypto.generateKey()
const { key: strangerKey } = crypto.generateKey()
const readings = values()

function signatureIn({ signed_data: signed }: SignedValue): string {
  const record = parseRecord(fromUtf8(fromBase64(signed) ?? new Uint8Array()))
  if (!record.ok) throw new Error(record.reason)
  return record.value.signature
}

/** What the vehicle says of a reading of the session. */
function receiptOf(index: number, change: object = {}, key = vehicleKey): SignedValue {
  const reading = readings[index]
  if (reading === undefined) throw new Error('no reading')
  const plain_data = JSON.stringify({
    sessionId: '0123456789ABCDEF',
    meterId: meter.serial,
    meterReading: registers[index],
    sigMeterReading: signatureIn(reading),
    ...change,
  })
  const signature = crypto.sign(key, utf8(plain_data))
  return { nature: 'Receipt', plain_data, signed_data: toBase64(signature) }
}

const deps = {
  meterAt: () => meter,
  verifyEcdsa,
  authorisedAt: () => instant(0),
  isAskedAlways: () => false,
}
const rate = (cdr: Cdr, alwaysSigns = false) =>
  rateCdr(cdr, tariff, nothingBilled, {
    ...deps,
    vehicleOf: () => ({ key: keyText(vehicleKey), alwaysSigns }),
  })
const rateWithoutKey = (cdr: Cdr) => rateCdr(cdr, tariff, nothingBilled, deps)
const both = [receiptOf(0), receiptOf(3)]

test('what the vehicle has confirmed is a further witness, and nobody need have one', () => {
  expect(rate(cdrWith(readings))).toMatchObject({ value: { session: { confirmed: 0 } } })
  const confirmed = rate(cdrWith([...readings, ...both]))
  expect(confirmed).toMatchObject({ ok: true, value: { session: { confirmed: 2 } } })
  // The same reading twice is confirmed once.
  const twice = rate(cdrWith([...readings, ...both, receiptOf(0)]))
  expect(twice).toMatchObject({ value: { session: { confirmed: 2 } } })
})

test('where the key of the contract is not known, receipts say nothing', () => {
  const unknown = rateWithoutKey(cdrWith([...readings, ...both]))
  expect(unknown).toMatchObject({ ok: true, value: { session: { confirmed: 0 } } })
})

test('receipts stand for no reading of the meter', () => {
  expect(rate(cdrWith(both))).toMatchObject({ reason: 'PageMissing' })
})

test.each<readonly [string, SignedValue, RatingProblem, AtFault]>([
  ['signed by another', receiptOf(3, {}, strangerKey), 'ReceiptInvalid', 'operator'],
  [
    'changed on the way',
    { ...receiptOf(3), plain_data: receiptOf(3, { meterReading: 10_501 }).plain_data },
    'ReceiptInvalid',
    'operator',
  ],
  ['of a reading left out', receiptOf(3, { sigMeterReading: 'AA' }), 'ReceiptOther', 'operator'],
  ['of another session', receiptOf(3, { sessionId: 'FF' }), 'ReceiptOther', 'operator'],
  ['of another reading', receiptOf(3, { meterReading: 9_500 }), 'ReceiptDiffers', 'meter'],
  ['of another meter', receiptOf(3, { meterId: 'M-2' }), 'ReceiptDiffers', 'meter'],
  ['that is no JSON', { ...receiptOf(3), plain_data: '{' }, 'ReceiptUnreadable', 'operator'],
  ['without a reading', receiptOf(3, { meterReading: '1' }), 'ReceiptUnreadable', 'operator'],
  ['without base64', { ...receiptOf(3), signed_data: '!' }, 'ReceiptUnreadable', 'operator'],
])('a receipt %s makes the record one that does not hold', (_, receipt, reason, atFault) => {
  expect(rate(cdrWith([...readings, receiptOf(0), receipt]))).toMatchObject({
    ok: false,
    reason,
  })
  expect(ratingProblemRow(reason).atFault).toBe(atFault)
})

/** The operator's system has the meter's key: it adds a kilowatt-hour at the end and signs that. */
const forged = [...readings.slice(0, 3), ...values({ 3: { RV: 11_500 } }).slice(3)]
const cost = costOf(tariff, { wattHours: 10_500, hours: 1.5 })
const forgedCdr = (receipts: readonly SignedValue[]): Cdr =>
  cdrWith([...forged, ...receipts], {
    total_energy: 10.5,
    charging_periods: [
      { start_date_time: '2026-01-12T20:30:00Z', dimensions: [{ type: 'ENERGY', volume: 10.5 }] },
    ],
    ...(cost.ok && { total_cost: cost.value }),
  })

test('a reading edited and signed anew with the key of the meter is found by the receipt alone', () => {
  // Every signature is that of the registered meter: without the vehicle nobody can tell.
  expect(rateWithoutKey(forgedCdr(both))).toMatchObject({
    value: { session: { wattHours: 10_500 } },
  })
  expect(rate(forgedCdr([]))).toMatchObject({ ok: true, value: { session: { confirmed: 0 } } })
  const found = rate(forgedCdr(both))
  expect(found).toMatchObject({ ok: false, reason: 'ReceiptOther' })
  expect(ratingProblemRow('ReceiptOther').atFault).toBe('operator')
})

test('who leaves the receipts out as well is found where the vehicle always signs', () => {
  expect(rate(cdrWith([...readings, ...both]), true)).toMatchObject({ ok: true })
  for (const receipts of [[], [receiptOf(0)], [receiptOf(3)]])
    expect(rate(cdrWith([...readings, ...receipts]), true)).toMatchObject({
      reason: 'ReceiptMissing',
    })
  expect(rate(forgedCdr([receiptOf(0)]), true)).toMatchObject({ reason: 'ReceiptMissing' })
  expect(ratingProblemRow('ReceiptMissing').atFault).toBe('operator')
})
