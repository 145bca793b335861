import { verifyEcdsa } from '@interlock/host'
import { instant } from '@interlock/kernel'
import type { Cdr } from '@interlock/ocpi'
import { expect, test } from 'vitest'
import { cdrWith, meter, registers, tariff, values } from './operator.fixture.ts'
import { nothingBilled, rateCdr } from './rate-cdr.ts'
import { ratingProblemRow, type AtFault, type RatingProblem } from './rating-problems.ts'

const rate = (cdr: Cdr) =>
  rateCdr(cdr, tariff, nothingBilled, {
    meterAt: () => meter,
    verifyEcdsa,
    authorisedAt: () => instant(Date.parse('2026-01-12T20:29:00Z')),
    isAskedAlways: () => false,
  })
/** A session that the meter has signed wholly on another register. */
const on = (RI: string) => values(Object.fromEntries(registers.map((_, at) => [at, { RI }])))

test('energy taken is billed by any register of it, and where the record names the meter or its gateway', () => {
  const compensated = on('01-00:B3.08.00*FF')
  for (const meter_id of [meter.serial, meter.serial.toLowerCase(), 'G-1', 'g-1', ''])
    expect(rate(cdrWith(compensated, { meter_id, credit: false }))).toMatchObject({ ok: true })
})

const cases: readonly (readonly [string, Cdr, RatingProblem, AtFault])[] = [
  ['energy that flowed back', cdrWith(on('1-b:2.8.0')), 'NotConsumption', 'operator'],
  ['power', cdrWith(on('1-b:16.7.0')), 'NotConsumption', 'operator'],
  ['no register', cdrWith(on('')), 'NotConsumption', 'operator'],
  ['a session that ends twice', cdrWith(values({ 2: { TX: 'E' } })), 'SessionsMixed', 'operator'],
  ['one that begins twice', cdrWith(values({ 1: { TX: 'B' } })), 'SessionsMixed', 'operator'],
  ['another meter, named', cdrWith(values(), { meter_id: 'OTHER' }), 'MeterOther', 'operator'],
  ['a longer time', cdrWith(values(), { total_time: 99 }), 'TimesDiffer', 'operator'],
  ['a credit', cdrWith(values(), { credit: true }), 'CreditUnsupported', 'provider'],
  [
    'a credit of',
    cdrWith(values(), { credit_reference_id: 'C0' }),
    'CreditUnsupported',
    'provider',
  ],
]

test.each(cases)('not billed: %s', (_, cdr, reason, atFault) => {
  expect(rate(cdr)).toMatchObject({ ok: false, reason })
  expect(ratingProblemRow(reason).atFault).toBe(atFault)
})

test('attack: an operator sends what was charged at another one’s point; that one is billed all the same', () => {
  const stolen = cdrWith(values(), { party_id: 'OTH', id: 'X1' })
  expect(rate(stolen)).toMatchObject({ reason: 'EvseOther', detail: 'NL*CPO*E1' })
  expect(ratingProblemRow('EvseOther').atFault).toBe('operator')
  expect(rate(cdrWith())).toMatchObject({ ok: true })
  const { cdr_location } = cdrWith()
  const at = (evse_id: string) =>
    rate(cdrWith(values(), { cdr_location: { ...cdr_location, evse_id } }))
  for (const own of ['nl*cpo*e1', 'NLCPOE1']) expect(at(own)).toMatchObject({ ok: true })
  for (const other of ['BE*CPO*E1', 'NL*CP*E1', 'NL*CPO*1', '+31*123*1', 'E1'])
    expect(at(other)).toMatchObject({ reason: 'EvseOther' })
})
