import { expect, test } from 'vitest'
import {
  absent,
  difference,
  exactly,
  ifAny,
  including,
  not,
  oneOf,
  present,
  such,
  text,
  without,
} from './match.ts'

test('an object matches when each expected field does', () => {
  expect(difference({ a: 1, b: { c: [1, 2] } }, { a: 1, b: { c: [1, 2], d: 3 }, e: 4 })).toBe(
    undefined,
  )
})

test.each<[string, unknown, unknown, string]>([
  ['a value', { a: 1 }, { a: 2 }, 'a: expected 1, was 2'],
  ['a field that is not there', { a: { b: 1 } }, { a: {} }, 'a.b: expected 1, was nothing'],
  ['an object that is none', { a: { b: 1 } }, { a: 3 }, 'a: expected {b: 1}, was 3'],
  ['a list of another length', [1], [1, 2], 'expected [1], was [1, 2]'],
  ['an item', [1, 2], [1, 3], '[1]: expected 2, was 3'],
])('%s that differs is named', (_what, expected, actual, words) => {
  expect(difference(expected, actual)).toBe(words)
})

test.each<[string, unknown, readonly unknown[], readonly unknown[]]>([
  ['oneOf', oneOf('a', 'b'), ['a', 'b'], ['c', undefined]],
  ['absent', absent, [undefined, null], [0, '', false]],
  ['present', present, [0, '', false], [undefined, null]],
  ['ifAny', ifAny('a'), [undefined, null, 'a'], ['b']],
  ['not', not('a'), ['b', undefined], ['a']],
  [
    'exactly',
    exactly({ a: [{ b: 1 }] }),
    [{ a: [{ b: 1 }] }],
    [{ a: [{ b: 1, c: 2 }] }, undefined],
  ],
  ['including', including({ a: 1 }), [[{ a: 1, b: 2 }, 3]], [[], [{ a: 2 }], undefined]],
  ['without', without({ a: 1 }), [[], [{ a: 2 }]], [[{ a: 1 }], undefined]],
  ['text', text(/^a/), ['ab'], ['b', 1, undefined]],
  ['such', such('even', (value) => Number(value) % 2 === 0), [2], [3]],
])('%s is met by some values and not by others', (_name, expectation, good, bad) => {
  for (const value of good) expect(difference(expectation, value)).toBe(undefined)
  for (const value of bad) expect(difference(expectation, value)).toContain('expected')
})
