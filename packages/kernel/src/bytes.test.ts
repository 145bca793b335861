import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  concat,
  fromBase64,
  fromBase64Url,
  fromHex,
  fromUtf8,
  readU64,
  sameBytes,
  toBase64,
  toBase64Url,
  toHex,
  u64,
  utf8,
} from './bytes.ts'

const bytes = fc.uint8Array({ maxLength: 64 })

test('every encoding reads back what it wrote', () => {
  fc.assert(
    fc.property(bytes, (value) => {
      expect(fromHex(toHex(value))).toEqual(value)
      expect(fromBase64(toBase64(value))).toEqual(value)
      expect(fromBase64Url(toBase64Url(value))).toEqual(value)
    }),
  )
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(fromUtf8(utf8(text))).toBe(text)
    }),
  )
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

test.each(['A', 'AB', 'AB==C', 'AAA=AAAA', 'A===', 'AB=', 'A B=', 'AR==', 'AA-_'])(
  '%s is not base64',
  (text) => {
    expect(fromBase64(text)).toBeUndefined()
  },
)

test.each(['A', 'AA==', 'AB', 'A+', 'A/', 'AA A', 'AAAAA'])('%s is not base64url', (text) => {
  expect(fromBase64Url(text)).toBeUndefined()
})

test.each(['a', '0g', '0x00', ' 00', '00 '])('%s is not hex', (text) => {
  expect(fromHex(text)).toBeUndefined()
})

test('bytes that are not UTF-8 are not read', () => {
  expect(() => fromUtf8(Uint8Array.of(0xc3))).toThrow(TypeError)
})

test('bytes are the same when every one is', () => {
  fc.assert(
    fc.property(bytes, bytes, (left, right) => {
      expect(sameBytes(left, right)).toBe(toHex(left) === toHex(right))
      expect(sameBytes(left, Uint8Array.from(left))).toBe(true)
    }),
  )
  expect(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false)
})

test('joined bytes keep their order', () => {
  expect(concat(Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3))).toEqual(
    Uint8Array.of(1, 2, 3),
  )
  expect(concat()).toEqual(new Uint8Array())
})

test('a 64-bit number is eight bytes, most significant first', () => {
  expect(toHex(u64(0x0102n))).toBe('0000000000000102')
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
      expect(readU64(concat(Uint8Array.of(9), u64(value)), 1)).toBe(value)
    }),
  )
})
