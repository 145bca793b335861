import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eui64, euiBytes, euiFromBytes, parseEui64, parseStationId, stationId } from './ids.ts'
import { fromIso, instant, inHours, inMinutes, inSeconds, plus, between, toIso } from './units.ts'

test('an EUI-64 is eight upper-case pairs, and eight bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (bytes) => {
      const eui = euiFromBytes(bytes)
      expect(parseEui64(eui)).toBe(eui)
      expect(euiBytes(eui)).toEqual(bytes)
    }),
  )
  expect(eui64('0a-00-00-00-00-00-00-01')).toBe('0A-00-00-00-00-00-00-01')
})

test.each([
  '',
  '00',
  '0a-00-00-00-00-00-00-01',
  '00-00-00-00-00-00-00',
  '00-00-00-00-00-00-00-00-00',
  '00:00:00:00:00:00:00:00',
  ' 00-00-00-00-00-00-00-00',
  '00-00-00-00-00-00-00-0G',
])('"%s" is no EUI-64', (text) => {
  expect(parseEui64(text)).toBeUndefined()
})

test('what is no identity is an error in configuration', () => {
  expect(() => eui64('nobody')).toThrow('not an EUI-64: nobody')
  expect(() => euiFromBytes(new Uint8Array(7))).toThrow('8 bytes, not 7')
  expect(() => stationId('a:b')).toThrow('not a station identity: a:b')
})

test('a station identity has 1 to 48 characters, none of them a colon or a slash', () => {
  expect(parseStationId('x'.repeat(48))).toBe('x'.repeat(48))
  expect(stationId('GB*ABC=1|2@3.4+5_6-7')).toBe('GB*ABC=1|2@3.4+5_6-7')
  for (const text of ['', 'x'.repeat(49), 'a:b', 'a/b', 'a b', 'é'])
    expect(parseStationId(text), text).toBeUndefined()
})

test('a date-time reads back as the instant it names', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (value) => {
      expect(fromIso(toIso(instant(value)))).toBe(value)
    }),
  )
  expect(fromIso('2026-01-05T18:00:00+01:00')).toBe(Date.UTC(2026, 0, 5, 17))
  expect(fromIso('2028-02-29T23:59:59Z')).toBe(Date.UTC(2028, 1, 29, 23, 59, 59))
  expect(fromIso('2026-12-31T00:00:00-01:00')).toBe(Date.UTC(2026, 11, 31, 1))
})

test.each([
  '2026-01-05',
  '2026-01-05T18:00:00',
  '2026-13-05T18:00:00Z',
  'now',
  '2026-01-05 18:00:00Z',
  '2026-02-29T18:00:00Z',
  '2026-02-30T18:00:00Z',
  '2026-04-31T18:00:00+01:00',
  '2026-01-05T24:00:00Z',
])('%s is no date-time', (text) => {
  expect(fromIso(text)).toBeUndefined()
})

test('durations add up', () => {
  expect(inMinutes(1)).toBe(inSeconds(60))
  expect(inHours(1)).toBe(inMinutes(60))
  const later = plus(instant(1_000), inSeconds(2))
  expect(between(instant(1_000), later)).toBe(inSeconds(2))
})
