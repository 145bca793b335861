import fc from 'fast-check'
import { expect, test } from 'vitest'
import { concat, fromHex, fromUtf8, readU64, sameBytes, toHex, u64, utf8 } from './bytes.ts'

const bytes = fc.uint8Array({ maxLength: 64 })

test('every encoding reads back what it wrote', () => {
  fc.assert(
    fc.property(bytes, (value) => {
      expect(fromHex(toHex(value))).toEqual(value)
    }),
  )
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(fromUtf8(utf8(text))).toBe(text)
    }),
  )
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
