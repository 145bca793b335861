import { limits } from '@interlock/contract'
import { utf8 } from '@interlock/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseStrictJson } from './strict-json.ts'

const parse = (text: string) => parseStrictJson(utf8(text))

test('all JSON that no two readers could read differently is read', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 8 }), (text) => {
      expect(parse(text)).toEqual({ ok: true, value: JSON.parse(text) as unknown })
    }),
  )
})

test.each([
  ['{"a":1,"a":2}', 'the name a occurs twice'],
  ['{"a":1,"\\u0061":2}', 'the name a occurs twice'],
  ['{ "a" : 1 , "b" : {} , "a" : 2 }', 'the name a occurs twice'],
  ['{"a":{"x":1},"b":[{"x":1,"x":1}]}', 'the name x occurs twice'],
  ['{"a\\"":1,"a\\"":2}', 'the name a" occurs twice'],
])('%s says a thing twice', (text, detail) => {
  expect(parse(text)).toEqual({ ok: false, reason: 'Malformed', detail })
})

test.each(['{"a":{"a":1},"b":"a"}', '[{"a":1},{"a":1}]', '{"a":"{\\"a\\":1,\\"a\\":2}","b":":"}'])(
  '%s does not',
  (text) => {
    expect(parse(text).ok).toBe(true)
  },
)

test('nesting has its limit', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  expect(parse(nested(limits.jsonDepthMax)).ok).toBe(true)
  expect(parse(nested(limits.jsonDepthMax + 1))).toMatchObject({ detail: 'nested too deeply' })
  expect(parse(nested(100_000)).ok).toBe(false)
  expect(parse(`[{}${',[]'.repeat(200)}]`)).toMatchObject({ ok: true })
})

test.each(['', '{', '{a:1}', "{'a':1}", '01', 'NaN', '{"a":1}}'])('%s is not JSON', (text) => {
  expect(parse(text)).toEqual({
    ok: false,
    reason: 'Malformed',
    detail: 'not JSON in UTF-8',
  })
})

test('bytes that are not UTF-8 are not JSON', () => {
  expect(parseStrictJson(Uint8Array.of(0x22, 0xc3, 0x22)).ok).toBe(false)
})
