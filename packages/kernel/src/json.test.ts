import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJson } from './json.ts'

test('every JSON value within the depth parses to itself', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const parsed = parseJson(JSON.stringify(value), 32)
      expect(parsed).toEqual({ ok: true, value: JSON.parse(JSON.stringify(value)) as unknown })
    }),
  )
})

test('the depth limit counts levels, and the level at the limit still passes', () => {
  expect(parseJson('[[[]]]', 3).ok).toBe(true)
  expect(parseJson('[[[[]]]]', 3)).toMatchObject({ ok: false, reason: 'JsonTooDeep' })
  expect(parseJson('{"a":{"b":{}}}', 2)).toMatchObject({ ok: false, reason: 'JsonTooDeep' })
})

test('brackets inside strings, also after an escaped quote, do not count', () => {
  expect(parseJson('["[[[[", "\\"[[[", "\\\\"]', 1).ok).toBe(true)
})

test('a string ends at the first quotation mark that is not escaped', () => {
  for (let slashes = 0; slashes < 7; slashes++) {
    const inside = '\\'.repeat(slashes)
    const text = `["${inside}${slashes % 2 === 0 ? '' : '"'}",[[[[1]]]]]`
    expect(parseJson(text, 5).ok, text).toBe(true)
    expect(parseJson(text, 4), text).toMatchObject({ reason: 'JsonTooDeep' })
  }
})

test('a hundred thousand brackets are refused and not followed', () => {
  expect(parseJson('['.repeat(100_000), 32)).toMatchObject({ reason: 'JsonTooDeep' })
})

test('text that is not JSON is refused as malformed', () => {
  for (const text of ['', '{', '[1,]', 'nul', '{"a":1}}', '"\\']) {
    expect(parseJson(text, 32)).toMatchObject({ ok: false, reason: 'JsonMalformed' })
  }
})
