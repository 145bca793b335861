import { position } from '@interlock/bus'
import { sealedLike } from '@interlock/bus/carrier.fixture'
import { limits } from '@interlock/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  bundleId,
  bundleMessagesMax,
  bundleText,
  jsonChars,
  lineOf,
  parseBundle,
  positionAfter,
  positionIn,
  sequenceFor,
} from './bundle.ts'

const textOf = (...names: string[]): string =>
  bundleText(
    names,
    names.map((name) => lineOf(sealedLike(name))),
  )
const text = fc
  .uint8Array({ minLength: 1, maxLength: 40 })
  .map((bytes) => Buffer.from(bytes).toString('base64url'))
const message = fc.record(
  { head: text, keys: fc.array(text, { minLength: 1, maxLength: 5 }), body: text },
  { requiredKeys: ['head', 'body'] },
)
const bundle = fc
  .array(fc.tuple(fc.string(), message), { minLength: 1, maxLength: bundleMessagesMax })
  .map((all) => ({ ids: all.map(([id]) => id), messages: all.map(([, each]) => each) }))

test('a bundle reads back as its messages, in their order, whatever their ids are', () => {
  fc.assert(
    fc.property(bundle, ({ ids, messages }) => {
      expect(parseBundle(bundleText(ids, messages.map(lineOf)))).toEqual({ ids, messages })
    }),
  )
  const large = { head: 'a'.repeat(131_000), body: 'b'.repeat(131_000) }
  expect(parseBundle(bundleText(['a'], [lineOf(large)]))?.messages).toEqual([large])
})

test('a message counts for as much as it has in JSON', () => {
  fc.assert(
    fc.property(message, (each) => {
      expect(jsonChars(each, lineOf(each))).toBe(JSON.stringify(each).length)
    }),
  )
})

/** As releases before lines wrote it. */
const before =
  '{"ids":["a","b"],"messages":[{"head":"aGVhZA","body":"YQ"},{"head":"aGVhZDI","keys":["aw","bA"],"body":"Yg"}]}'
const objectOf = (count: number): string =>
  JSON.stringify({
    ids: Array.from({ length: count }, (_, i) => `m${i}`),
    messages: Array.from({ length: count }, () => ({ head: 'aGVhZA', body: 'YQ' })),
  })

test('what publishers of an earlier release have sent is read as long as it is kept', () => {
  expect(parseBundle(before)).toEqual({
    ids: ['a', 'b'],
    messages: [
      { head: 'aGVhZA', body: 'YQ' },
      { head: 'aGVhZDI', keys: ['aw', 'bA'], body: 'Yg' },
    ],
  })
  expect(parseBundle(objectOf(bundleMessagesMax))?.ids).toHaveLength(bundleMessagesMax)
})

test.each([
  ['nothing', ''],
  ['no ids', lineOf(sealedLike('a'))],
  ['ids that are no list', bundleText('a' as never, [lineOf(sealedLike('a'))])],
  ['an id that is no text', bundleText([1 as never], [lineOf(sealedLike('a'))])],
  ['ids within a list', bundleText([['a'] as never], [lineOf(sealedLike('a'))])],
  ['no message at all', '[]\n'],
  ['an empty line for none', bundleText([], [])],
  ['an id without its message', bundleText(['a', 'b'], [lineOf(sealedLike('a'))])],
  ['a message without its id', bundleText([], [lineOf(sealedLike('a'))])],
  ['more after the last', `${textOf('a')}${lineOf(sealedLike('b'))}`],
  ['another line after the last', `${textOf('a')}\n`],
  ['too many', textOf(...Array.from({ length: bundleMessagesMax + 1 }, (_, i) => `m${i}`))],
  ['very many lines', `${textOf('a')}${'\n'.repeat(200_000)}`],
  ['a head alone', bundleText(['a'], ['aGVhZA'])],
  ['no head', bundleText(['a'], [' a'])],
  ['no body', bundleText(['a'], ['aGVhZA '])],
  ['an empty key', bundleText(['a'], ['aGVhZA a '])],
  ['two spaces', bundleText(['a'], ['aGVhZA  a'])],
  ['too many keys', bundleText(['a'], [`aGVhZA a${' k'.repeat(limits.sealReadersMax + 1)}`])],
  ['what is not base64url', bundleText(['a'], ['aGVhZA a+b'])],
  ['another end of a line', textOf('a').replaceAll('\n', '\r\n')],
  ['more than servers keep', bundleText(['a'], [`aGVhZA ${'b'.repeat(264_000)}`])],
  ['JSON that ends early', before.slice(0, -1)],
  ['JSON with more behind it', `${before}{}`],
  ['JSON without messages', '{"ids":["a"]}'],
  ['JSON without ids', '{"messages":[{"head":"aGVhZA","body":"YQ"}]}'],
  ['JSON of nothing', '{"ids":[],"messages":[]}'],
  ['JSON with more ids than messages', before.replace('"a",', '"a","c",')],
  ['JSON with an id that is no text', before.replace('"a"', '1')],
  ['JSON that says more', before.replace('{"ids"', '{"of":1,"ids"')],
  ['JSON whose message says more', before.replace('{"head"', '{"of":"a","head"')],
  ['JSON with what is not base64url', before.replace('"YQ"', '"Y+"')],
  ['JSON that is too deep', before.replace('["aw","bA"]', '[["aw","bA"]]')],
  ['too many in JSON', objectOf(bundleMessagesMax + 1)],
  ['more JSON than servers keep', before.replace('"YQ"', `"${'Y'.repeat(264_000)}"`)],
])('%s is no bundle', (_name, sent) => {
  expect(parseBundle(sent)).toBeUndefined()
})

test('a bundle is cut nowhere without being none', () => {
  const whole = bundleText(['a', 'b'], [lineOf({ head: 'h', body: 'b', keys: ['k', 'l'] }), 'h b'])
  expect(parseBundle(whole)).toBeDefined()
  for (let end = 0; end < whole.length; end++)
    expect(parseBundle(whole.slice(0, end)), `${end}`).toBeUndefined()
})

test('the servers know a bundle again by its very messages', () => {
  expect(bundleId(['a'])).toBe('a')
  const ids = [['a', 'b'], ['a', 'c'], ['a', 'b', 'c'], ['b', 'a'], ['a,b']].map(bundleId)
  expect(new Set(ids).size).toBe(5)
  expect(bundleId(['a', 'b'])).toBe(ids[0])
})

test('positions grow, and lead back to where they stand', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 ** 40 }),
      fc.nat(bundleMessagesMax - 1),
      (at, place) => {
        const own = positionIn(at, place)
        const isLast = place === bundleMessagesMax - 1
        expect(sequenceFor(own)).toBe(isLast ? at + 1 : at)
        expect(positionAfter(at)).toBeGreaterThanOrEqual(own)
        expect(positionIn(at + 1, 0)).toBe(positionAfter(at) + 1)
      },
    ),
  )
  expect(sequenceFor(position(0))).toBe(1)
  expect(positionIn(1, 0)).toBe(1)
})
