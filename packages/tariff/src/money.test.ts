import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { penniesByHand } from './by-hand.fixture.ts'
import { micropenceOf, nanopence, penceText, wholePence } from './money.ts'

test('a price is what its digits say, and one with more than six decimals is none', () => {
  expect([7.00035, -10.7835, 0, 9_999.999999, 1e-6].map(micropenceOf)).toEqual([
    7_000_350, -10_783_500, 0, 9_999_999_999, 1,
  ])
  expect([1e-7, 0.1 + 0.2, 1e21, Number.NaN, Infinity].map(micropenceOf)).toEqual(
    Array(5).fill(undefined),
  )
})

test('half a penny is rounded away from zero, and everything else to the nearest', () => {
  const rounded = [499_999_999n, 500_000_000n, -499_999_999n, -500_000_000n, -1_500_000_000n, 0n]
  expect(rounded.map((cost) => wholePence(nanopence(cost)))).toEqual([0n, 1n, 0n, -1n, -2n, 0n])
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), (cost) => {
      expect(wholePence(nanopence(cost)).toString()).toBe(penniesByHand(cost))
    }),
  )
})

test('a cost is written with every digit', () => {
  const costs = [1n, -1_230_000_000n, 45_000_000_000n, 0n]
  expect(costs.map((cost) => penceText(nanopence(cost)))).toEqual([
    '0.000000001',
    '-1.23',
    '45',
    '0',
  ])
})
