import { concat, fromIso, instant, utf8 } from '@interlock/kernel'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readTariffBytes, tariffBytes } from './carried.ts'
import { halfHourPrices } from './half-hour-prices.ts'
import { documentOf, plain, tariffWith, versionWith } from './tariff.fixture.ts'

const at = (text: string) => fromIso(text) ?? instant(0)
const bytes = tariffBytes(documentOf(versionWith()))

test('a tariff is read from the bytes that were written, whatever the order of its members was', () => {
  const read = readTariffBytes(bytes, 1)
  expect(read.ok && read.value).toEqual(tariffWith(versionWith()))
  const { versions, ...rest } = documentOf(versionWith())
  expect(tariffBytes({ versions, ...rest })).toEqual(bytes)
})

test.each([
  ['NotADocument', utf8('{"tariff":'), 1],
  ['NotADocument', utf8('{"tariff":"x"}'), 1],
  ['NotADocument', Uint8Array.of(0xff, 0xfe), 1],
  ['SpellingWrong', concat(bytes, utf8(' ')), 1],
  // A second member of one name: two readers might take different ones.
  ['SpellingWrong', utf8(new TextDecoder().decode(bytes).replace('{', '{"clock":"UTC",')), 1],
  ['VersionWrong', bytes, 2],
  ['VersionWrong', tariffBytes(documentOf(versionWith(), versionWith({}, { version: 2 }))), 1],
  ['SeasonsInvalid', tariffBytes(documentOf(versionWith({ seasons: [once()] }))), 1],
] as const)('bytes are refused as %s', (reason, changed, version) => {
  expect(readTariffBytes(changed, version)).toMatchObject({ ok: false, reason })
})

test('no bytes and no JSON make the reader fail otherwise than by a reason', () => {
  const outcomes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json().map(utf8),
    fc
      .record({ tariff: fc.string(), clock: fc.anything(), versions: fc.anything() })
      .map((value) =>
        utf8(JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? 0 : each))),
      ),
    // The good bytes with one of them changed, which may still be a tariff.
    fc
      .tuple(fc.nat(bytes.length - 1), fc.nat(255))
      .map(([at, to]) => bytes.map((byte, index) => (index === at ? to : byte))),
  )
  fc.assert(
    fc.property(outcomes, (each) => {
      const read = readTariffBytes(each, 1)
      expect(read.ok || read.reason.length > 0).toBe(true)
    }),
    { numRuns: 500 },
  )
})

function once() {
  return { name: 'once', from: '2026-01-01', week: 1 }
}

test('a plan gets a price for each half-hour, the mean where it changes within one, until there is none', () => {
  const switches = [
    { at: '00:00', register: 1 },
    { at: '00:40', register: 2 },
  ]
  const tariff = tariffWith(
    versionWith(
      { days: [...plain.days.slice(1), { day: 1, switches }] },
      { validUntil: '2026-01-05T01:30:00Z' },
    ),
  )
  const prices = halfHourPrices(tariff, at('2026-01-05T00:10:00Z'), at('2026-01-06T00:00:00Z'))
  expect(prices).toEqual([
    { from: at('2026-01-05T00:00:00Z'), pencePerKilowattHour: 1 },
    { from: at('2026-01-05T00:30:00Z'), pencePerKilowattHour: 1.666667 },
    { from: at('2026-01-05T01:00:00Z'), pencePerKilowattHour: 2 },
  ])
  expect(halfHourPrices(tariff, at('2026-01-05T01:30:00Z'), at('2026-01-06T00:00:00Z'))).toEqual([])
})
