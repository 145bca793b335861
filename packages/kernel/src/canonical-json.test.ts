import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from './canonical-json.ts'

test('keys are sorted at every level and nothing is padded', () => {
  expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: true })).toBe(
    '{"a":true,"b":[1,{"c":"x","d":null}]}',
  )
})

test('the example of RFC 8785 §3.2.3 sorts by UTF-16 code unit', () => {
  const keys = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6']
  const sorted = Object.keys(
    JSON.parse(canonicalJson(Object.fromEntries(keys.map((key) => [`k${key}`, 0])))) as object,
  )
  expect(sorted).toEqual(
    ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33'].map((key) => `k${key}`),
  )
})

test('members without a value are left out', () => {
  expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}')
})

test.each([
  1n,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  () => 1,
  [undefined],
  [1, Number.NaN],
  [1, 1n],
])('what JSON cannot carry is refused: %s', (value) => {
  expect(() => canonicalJson(value)).toThrow(TypeError)
})

test('numbers are written as JSON writes them, alone and in a row', () => {
  const row = [0, -0, 1e21, 1e-7, 0.1 + 0.2, 100_250, Number.MIN_VALUE]
  expect(canonicalJson(row)).toBe(JSON.stringify(row))
  expect(canonicalJson([1, 'x', [2]])).toBe('[1,"x",[2]]')
})

test('any JSON value comes back from its canonical form, whatever the order of its keys', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value)
      expect(canonicalJson(JSON.parse(text))).toBe(text)
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})
