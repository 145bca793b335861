import { fromHex, instant, toHex } from '@interlock/kernel'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { children, DerError, readOne, tags, tlv } from './der.ts'
import {
  integer,
  oid,
  readInteger,
  readOid,
  readSmallInteger,
  readTime,
  readTruth,
  signatureFromDer,
  signatureToDer,
  smallInteger,
  time,
} from './der-values.ts'

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array()

test('an element of any length reads back', () => {
  for (const length of [0, 1, 127, 128, 255, 256, 65_535, 65_536]) {
    const content = new Uint8Array(length).fill(7)
    expect(readOne(tlv(tags.octetString, content), tags.octetString).content).toEqual(content)
  }
})

test.each([
  ['an indefinite length', '3080000000'],
  ['a length that is not minimal', '0481020102'],
  ['a length with a leading zero', '048200810102'],
  ['a length of five bytes', '04850000000001ff'],
  ['an element that ends early', '0403ffff'],
  ['bytes after the element', '0401ffff'],
  ['a tag above 30', '1f8101'],
  ['a tag alone', '30'],
])('%s is refused', (_name, text) => {
  expect(() => readOne(hex(text))).toThrow(DerError)
})

test('known object identifiers have their known bytes', () => {
  expect(toHex(oid('1.2.840.10045.4.3.2'))).toBe('06082a8648ce3d040302')
  expect(toHex(oid('2.5.29.32.0'))).toBe('0604551d2000')
  expect(readOid(readOne(hex('06082a8648ce3d040302')))).toBe('1.2.840.10045.4.3.2')
  for (const bad of ['0600', '06022a80', '06032a8001'])
    expect(() => readOid(readOne(hex(bad)))).toThrow(DerError)
})

test('integers are minimal and not negative', () => {
  expect(toHex(integer(hex('00ff')))).toBe('020200ff')
  expect(toHex(smallInteger(0))).toBe('020100')
  fc.assert(
    fc.property(fc.nat(2 ** 31 - 1), (value) => {
      expect(readSmallInteger(readOne(smallInteger(value)))).toBe(value)
    }),
  )
  for (const bad of ['0200', '020180', '0202007f'])
    expect(() => readInteger(readOne(hex(bad)))).toThrow(DerError)
})

test('times read back in both formats, to the second', () => {
  for (const iso of ['2026-11-22T03:00:00Z', '2049-12-31T23:59:59Z', '2050-01-01T00:00:00Z']) {
    const at = instant(Date.parse(iso))
    expect(readTime(readOne(time(at)))).toBe(at)
  }
  expect(time(instant(Date.parse('2050-01-01T00:00:00Z')))[0]).toBe(tags.generalizedTime)
  for (const bad of ['170b32363131323230333030', '170d3236313332323033303030305a'])
    expect(() => readTime(readOne(hex(bad)))).toThrow(DerError)
})

test('a boolean is 00 or FF', () => {
  expect(readTruth(readOne(hex('0101ff')))).toBe(true)
  expect(() => readTruth(readOne(hex('010101')))).toThrow(DerError)
})

test('signatures convert to and from DER whatever their leading bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (signature) => {
      const [r, s] = children(readOne(signatureToDer(signature)))
      expect(signatureFromDer(r, s)).toEqual(signature)
    }),
  )
})
