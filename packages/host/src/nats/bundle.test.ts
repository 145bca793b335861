import { position } from '@interlock/bus'
import { sealedLike } from '@interlock/bus/carrier.fixture'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  bundleId,
  bundleMessagesMax,
  bundleText,
  parseBundle,
  positionAfter,
  positionIn,
  sequenceFor,
} from './bundle.ts'

const textOf = (...names: string[]): string =>
  bundleText(
    names,
    names.map((name) => JSON.stringify(sealedLike(name))),
  )

test('a bundle reads back as its messages, in their order', () => {
  expect(parseBundle(textOf('a', 'b'))).toEqual({
    ids: ['a', 'b'],
    messages: [sealedLike('a'), sealedLike('b')],
  })
})

test('what no publisher of ours has sent is no bundle', () => {
  const one = JSON.stringify(sealedLike('a'))
  for (const text of [
    '',
    'null',
    '[]',
    one,
    '{}',
    bundleText(['a'], []),
    bundleText(['a'], [one, one]),
    bundleText(['a'], ['{"head":"a"}']),
    bundleText([], [one]),
    `{"ids":[1],"messages":[${one}]}`,
    textOf(...Array.from({ length: bundleMessagesMax + 1 }, (_, i) => `m${i}`)),
  ])
    expect(parseBundle(text)).toBeUndefined()
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
