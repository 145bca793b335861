import { verifyEcdsa } from '@interlock/host'
import { fromBase64, fromUtf8, instant, toBase64, utf8 } from '@interlock/kernel'
import type { Cdr, SignedValue } from '@interlock/ocpi'
import { expect, test } from 'vitest'
import { costOf } from './cost.ts'
import {
  cdrWith,
  keyText,
  meter,
  nobody,
  otherKey,
  payloadAt,
  payloads,
  tariff,
  valueOf,
  values,
} from './operator.fixture.ts'
import { nothingBilled, rateCdr, type Billed } from './rate-cdr.ts'
import {
  ratingProblemRow,
  ratingProblems,
  type AtFault,
  type RatingProblem,
} from './rating-problems.ts'

const authorised = instant(Date.parse('2026-01-12T20:29:00Z'))
const deps = {
  meterAt: (evse: string) => (evse === 'NL*CPO*E1' ? meter : undefined),
  verifyEcdsa,
  authorisedAt: ({ authorization_reference: reference }: Cdr) =>
    reference === undefined || /^R1$/i.test(reference) ? authorised : undefined,
  isAskedAlways: () => false,
}
const rate = (cdr: Cdr, billed: Billed = nothingBilled, agreed = tariff) =>
  rateCdr(cdr, agreed, billed, deps)
const withData = (change: Partial<NonNullable<Cdr['signed_data']>>): Cdr => {
  const cdr = cdrWith()
  return {
    ...cdr,
    signed_data: { encoding_method: 'OCMF', signed_values: [...values()], ...change },
  }
}
/** The record's text changed on the way, its signature left as it was. */
const edited = (value: SignedValue | undefined, from: string, to: string): SignedValue => {
  const bytes = fromBase64(value?.signed_data ?? '')
  const record = bytes && fromUtf8(bytes)
  if (record === undefined || !record.includes(from)) throw new Error(`there is no ${from}`)
  const changed = record.replace(from, to)
  const plain = changed.split('|')[1] ?? ''
  return { nature: 'End', plain_data: plain, signed_data: toBase64(utf8(changed)) }
}
const swapped = (at: number, value: SignedValue): readonly SignedValue[] =>
  values().map((each, index) => (index === at ? value : each))

test('a record that says what its meter signed is billed, in any order of its readings', () => {
  for (const signed of [values(), values().toReversed()]) {
    const rated = rate(cdrWith(signed))
    expect(rated).toMatchObject({
      ok: true,
      value: {
        session: { wattHours: 9_500, pages: [7, 10], token: '04A1B2C3', identity: 'HEARSAY' },
      },
    })
    expect(rated.ok && rated.value.session.cost.excl_vat).toBeCloseTo(2.875, 9)
    expect(rated.ok && rated.value.session.cost.incl_vat).toBeCloseTo(3.2125, 9)
  }
})

test('also when the cable was in before the card was shown; nobody shows another card later', () => {
  const late = values().with(0, valueOf(payloadAt(0, 7, nobody)))
  expect(rate(cdrWith(late))).toMatchObject({
    ok: true,
    value: { session: { token: '04A1B2C3', identity: 'HEARSAY' } },
  })
  const lost = values().with(2, valueOf(payloadAt(2, 7, nobody)))
  expect(rate(cdrWith(lost))).toMatchObject({ reason: 'SessionsMixed' })
})

test('also when one record holds beginning and end, in kWh as text', () => {
  const [begin, , , end] = payloads()
  const RD = [
    { ...begin?.RD[0], RV: '1.000', RU: 'kWh' },
    { TM: end?.RD[0]?.TM ?? '', TX: 'E', RV: 10.5 },
  ]
  const one = valueOf(payloadAt(0, 7, { RD }))
  expect(rate(cdrWith([one]))).toMatchObject({ ok: true, value: { session: { pages: [7, 7] } } })
})

const cases: readonly (readonly [string, () => Cdr, RatingProblem, AtFault])[] = [
  [
    'ten times the reading, by the operator',
    () => cdrWith(swapped(3, edited(values()[3], '10500', '105000'))),
    'SignatureInvalid',
    'operator',
  ],
  [
    'a negative reading, by the operator',
    () => cdrWith(swapped(3, edited(values()[3], '10500', '-10500'))),
    'SignatureInvalid',
    'operator',
  ],
  [
    'ten times the reading, by the meter',
    () => cdrWith(values({ 3: { RV: 105_000 } })),
    'ReadingImplausible',
    'meter',
  ],
  [
    'a negative reading, by the meter',
    () => cdrWith(values({ 0: { RV: -1_000 } })),
    'ReadingFalls',
    'meter',
  ],
  ['a register that falls', () => cdrWith(values({ 2: { RV: 4_000 } })), 'ReadingFalls', 'meter'],
  [
    'time that goes back',
    () => cdrWith(values({ 2: { TM: '2026-01-12T20:31:00,000+0000 S' } })),
    'ReadingFalls',
    'meter',
  ],
  [
    'a meter that says it is wrong',
    () => cdrWith(values({ 1: { ST: 'X' } })),
    'MeterFaulty',
    'meter',
  ],
  ['an error of energy', () => cdrWith(values({ 1: { EF: 'E' } })), 'MeterFaulty', 'meter'],
  ['no unit', () => cdrWith(values({ 1: { RU: 'W' } })), 'ReadingMalformed', 'meter'],
  ['no time', () => cdrWith(values({ 1: { TM: 'now' } })), 'ReadingMalformed', 'meter'],
  [
    'another register',
    () => cdrWith(values({ 1: { RI: '1-b:2.8.0' } })),
    'ReadingMalformed',
    'meter',
  ],
  ['a missing page', () => cdrWith(values().toSpliced(1, 1)), 'PageMissing', 'operator'],
  ['no beginning', () => cdrWith(values().slice(1)), 'StartMissing', 'operator'],
  ['no end', () => cdrWith(values().slice(0, -1)), 'EndMissing', 'operator'],
  ['a page twice', () => cdrWith([...values(), valueOf(payloadAt(1))]), 'PageRepeated', 'operator'],
  [
    'two sessions in one',
    () => cdrWith([...values(), ...values({}, 11)]),
    'SessionsMixed',
    'operator',
  ],
  [
    'a reading of another driver',
    () => cdrWith(swapped(1, valueOf(payloadAt(1, 7, { ID: 'X' })))),
    'SessionsMixed',
    'operator',
  ],
  [
    'a driver who is known more surely from the second reading on',
    () => cdrWith(swapped(1, valueOf(payloadAt(1, 7, { IL: 'VERIFIED' })))),
    'SessionsMixed',
    'operator',
  ],
  [
    'a reading outside of sessions',
    () => cdrWith(swapped(1, valueOf(payloadAt(1, 7, { PG: 'F8' })))),
    'SessionsMixed',
    'operator',
  ],
  [
    'another key, named',
    () => ({
      ...withData({
        public_key: keyText(otherKey),
        signed_values: payloads().map((each) => valueOf(each, otherKey)),
      }),
    }),
    'KeySwapped',
    'operator',
  ],
  [
    'another key, not named',
    () => cdrWith(payloads().map((each) => valueOf(each, otherKey))),
    'SignatureInvalid',
    'operator',
  ],
  [
    'another key named beside right readings',
    () => withData({ public_key: keyText(otherKey) }),
    'KeySwapped',
    'operator',
  ],
  [
    'another meter by the same key',
    () => cdrWith(values().map((_, at) => valueOf(payloadAt(at, 7, { MS: 'M-2', GS: 'G-2' })))),
    'MeterOther',
    'operator',
  ],
  [
    'no signed data',
    () => JSON.parse(JSON.stringify({ ...cdrWith(), signed_data: undefined })) as Cdr,
    'SignedDataMissing',
    'operator',
  ],
  ['another format', () => withData({ encoding_method: 'EDL40' }), 'EncodingUnknown', 'operator'],
  [
    'a charging point without a meter',
    () => ({ ...cdrWith(), cdr_location: { ...cdrWith().cdr_location, evse_id: 'NL*CPO*E2' } }),
    'MeterUnregistered',
    'operator',
  ],
  [
    'what is no record',
    () => cdrWith(swapped(1, { nature: 'x', plain_data: 'x', signed_data: 'e30=' })),
    'RecordUnreadable',
    'operator',
  ],
  [
    'what is no base64',
    () => cdrWith(swapped(1, { nature: 'x', plain_data: 'x', signed_data: '!' })),
    'RecordUnreadable',
    'operator',
  ],
  [
    'another plain text',
    () => cdrWith(swapped(3, { ...valueOf(payloadAt(3)), plain_data: '{}' })),
    'PlainDataDiffers',
    'operator',
  ],
  [
    'another driver',
    () => cdrWith(values(), { cdr_token: { ...cdrWith().cdr_token, uid: 'FF' } }),
    'DriverOther',
    'operator',
  ],
  [
    'a reference that we did not issue',
    () => cdrWith(values(), { authorization_reference: 'R2' }),
    'ReferenceUnknown',
    'operator',
  ],
  [
    'a charge of nobody',
    () =>
      cdrWith(
        payloads().map((each) => valueOf({ ...each, ...nobody })),
        { authorization_reference: 'R2' },
      ),
    'DriverUnknown',
    'operator',
  ],
  ['more energy', () => cdrWith(values(), { total_energy: 95 }), 'EnergyDiffers', 'operator'],
  [
    'a little more energy',
    () => cdrWith(values(), { total_energy: 9.501 }),
    'EnergyDiffers',
    'operator',
  ],
  [
    'a later end',
    () => cdrWith(values(), { end_date_time: '2026-01-12T23:00:00Z' }),
    'TimesDiffer',
    'operator',
  ],
  [
    'an end that is no time',
    () => cdrWith(values(), { end_date_time: '2026-13-12T23:00:00Z' }),
    'TimesDiffer',
    'operator',
  ],
  [
    'more in the periods',
    () =>
      cdrWith(values(), {
        charging_periods: [...cdrWith().charging_periods, ...cdrWith().charging_periods],
      }),
    'PeriodsDiffer',
    'operator',
  ],
  [
    'a higher cost',
    () => cdrWith(values(), { total_cost: { excl_vat: 2.89 } }),
    'CostDiffers',
    'operator',
  ],
  [
    'a higher tax',
    () => cdrWith(values(), { total_cost: { excl_vat: 2.88, incl_vat: 3.5 } }),
    'CostDiffers',
    'operator',
  ],
  ['another currency', () => cdrWith(values(), { currency: 'GBP' }), 'CostDiffers', 'operator'],
]

test.each(cases)('not billed: %s', (_, cdr, reason, atFault) => {
  expect(rate(cdr())).toMatchObject({ ok: false, reason })
  expect(ratingProblemRow(reason).atFault).toBe(atFault)
})

test('a session is billed once, whatever name its record has', () => {
  const first = rate(cdrWith())
  if (!first.ok) throw new Error(first.reason)
  const { billed } = first.value
  expect(rate(cdrWith(), billed)).toMatchObject({ reason: 'RecordReplayed' })
  expect(rate(cdrWith(values(), { id: 'c1' }), billed)).toMatchObject({ reason: 'RecordReplayed' })
  expect(rate(cdrWith(values(), { id: 'C2' }), billed)).toMatchObject({ reason: 'SessionReplayed' })
  const next = cdrWith(values({}, 11), { id: 'C2' })
  expect(rate(next, billed)).toMatchObject({ ok: true })
  // Without what was billed before, the same session is billed again.
  expect(rate(cdrWith(values(), { id: 'C2' }))).toMatchObject({ ok: true })
})

test('by the hour nothing is billed where the meter did not know the time; energy is', () => {
  const hourly = { type: 'TIME' as const, price: 2, step_size: 1 }
  const agreed = { ...tariff, elements: [{ price_components: [hourly] }] }
  const total_cost = { excl_vat: 3 }
  expect(rate(cdrWith(values(), { total_cost }), nothingBilled, agreed)).toMatchObject({ ok: true })
  for (const change of [{ TM: '2026-01-12T21:00:00,000+0000 U' }, { EF: 't' }]) {
    const unset = values({ 1: change })
    const refusal = rate(cdrWith(unset, { total_cost }), nothingBilled, agreed)
    expect(refusal).toMatchObject({ reason: 'TimeUnknown' })
    expect(rate(cdrWith(unset))).toMatchObject({ ok: true })
  }
  expect(ratingProblemRow('TimeUnknown').atFault).toBe('meter')
})

test('a tariff with hours of the day or a price of parking is not computed, and that is said', () => {
  for (const element of [
    {
      price_components: tariff.elements[0]?.price_components ?? [],
      restrictions: { start_time: '17:00' },
    },
    { price_components: [{ type: 'PARKING_TIME' as const, price: 1, step_size: 60 }] },
  ]) {
    const agreed = { ...tariff, elements: [element] }
    expect(rate(cdrWith(), nothingBilled, agreed)).toMatchObject({ reason: 'TariffUnsupported' })
  }
  expect(ratingProblemRow('TariffUnsupported').atFault).toBe('provider')
})

test('steps are rounded up once, and a tariff has its least and its most', () => {
  const component = { type: 'ENERGY' as const, price: 0.25, step_size: 500 }
  const steps = { ...tariff, elements: [{ price_components: [component] }] }
  expect(costOf(steps, { wattHours: 1, hours: 1 })).toMatchObject({ value: { excl_vat: 0.125 } })
  expect(costOf(steps, { wattHours: 500, hours: 1 })).toMatchObject({ value: { excl_vat: 0.125 } })
  expect(costOf(steps, { wattHours: 501, hours: 1 })).toMatchObject({ value: { excl_vat: 0.25 } })
  const time = { type: 'TIME' as const, price: 2, vat: 10, step_size: 300 }
  const hourly = { ...tariff, elements: [{ price_components: [time] }] }
  // OCPI's own example of a record: 1.973 hours at 2 an hour, in steps of five minutes.
  expect(costOf(hourly, { wattHours: 0, hours: 1.973 })).toMatchObject({ value: { excl_vat: 4 } })
  const bounded = { ...steps, min_price: { excl_vat: 1 }, max_price: { excl_vat: 2 } }
  expect(costOf(bounded, { wattHours: 1, hours: 1 })).toMatchObject({ value: { excl_vat: 1 } })
  expect(costOf(bounded, { wattHours: 1e6, hours: 1 })).toMatchObject({ value: { excl_vat: 2 } })
})

test('every reason is met by some case', () => {
  const met = new Set<string>(cases.map(([, , reason]) => reason))
  for (const reason of ['RecordReplayed', 'SessionReplayed', 'TariffUnsupported', 'TimeUnknown'])
    met.add(reason)
  for (const reason of ['ReferenceUsed', 'AuthorisationMissing']) met.add(reason)
  for (const reason of ['NotConsumption', 'CreditUnsupported', 'EvseOther']) met.add(reason)
  // Of a vehicle's receipts: met beside what reads them.
  const others = Object.keys(ratingProblems).filter((reason) => !reason.startsWith('Receipt'))
  expect([...met].sort()).toEqual(others.sort())
})
