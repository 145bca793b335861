import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromBase64, fromBase64Url, toBase64, toBase64Url } from './base64.ts'
import { utf8 } from './bytes.ts'

test('every encoding reads back what it wrote', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (value) => {
      expect(fromBase64(toBase64(value))).toEqual(value)
      expect(fromBase64Url(toBase64Url(value))).toEqual(value)
    }),
  )
})

test.each([3_070, 3_071, 3_072, 3_073, 12_287, 12_288, 12_289, 12_290, 30_001])(
  '%i bytes are written as Node writes them, and read back',
  (length) => {
    const value = Uint8Array.from({ length }, (_, place) => (place * 37) % 256)
    const node = Buffer.from(value)
    expect(toBase64(value)).toBe(node.toString('base64'))
    expect(toBase64Url(value)).toBe(node.toString('base64url'))
    expect(node.equals(fromBase64(toBase64(value)) ?? new Uint8Array())).toBe(true)
    expect(node.equals(fromBase64Url(toBase64Url(value)) ?? new Uint8Array())).toBe(true)
  },
)

test('what is in no alphabet is refused wherever it stands, though a longer text was read before', () => {
  const text = toBase64Url(new Uint8Array(48))
  for (let at = 0; at < text.length; at++)
    for (const foreign of ['=', '.', '\u0000', 'é', '\u0141', '€', '\ud83d', '\ud83d\ude00']) {
      expect(fromBase64Url('A'.repeat(400))).toHaveLength(300)
      const replaced = text.slice(0, at) + foreign + text.slice(at + foreign.length)
      expect(fromBase64Url(replaced.slice(0, 64)), `${foreign} at ${at}`).toBeUndefined()
    }
})

test.each([
  ['', ''],
  ['f', 'Zg=='],
  ['fo', 'Zm8='],
  ['foo', 'Zm9v'],
  ['foob', 'Zm9vYg=='],
  ['fooba', 'Zm9vYmE='],
  ['foobar', 'Zm9vYmFy'],
])('%s is written as RFC 4648 §10 has it', (text, encoded) => {
  expect(toBase64(utf8(text))).toBe(encoded)
  expect(toBase64Url(utf8(text))).toBe(encoded.replaceAll('=', ''))
})

test('the two alphabets differ in their last two characters', () => {
  const bytes = Uint8Array.of(0xfb, 0xff)
  expect([toBase64(bytes), toBase64Url(bytes)]).toEqual(['+/8=', '-_8'])
})

test('an encoding has one spelling: what reads is what would be written', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), (text) => {
      const plain = fromBase64(text)
      if (plain !== undefined) expect(toBase64(plain)).toBe(text)
      const url = fromBase64Url(text)
      if (url !== undefined) expect(toBase64Url(url)).toBe(text)
    }),
  )
})

test.each(['A', 'AB', '====', 'AB==C', 'AAA=AAAA', 'A===', 'AB=', 'A B=', 'AR==', 'AA-_'])(
  '%s is not base64',
  (text) => {
    expect(fromBase64(text)).toBeUndefined()
  },
)

test.each(['A', 'AA==', 'AB', 'A+', 'A/', 'AA A', 'AAAAA'])('%s is not base64url', (text) => {
  expect(fromBase64Url(text)).toBeUndefined()
})
