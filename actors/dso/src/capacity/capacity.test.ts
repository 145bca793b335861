import fc from 'fast-check'
import { expect, test } from 'vitest'
import { breachesIn, type MeteredBlock } from './breach.ts'
import { divide, type Claim } from './divide.ts'
import { allotDay, fallbacks, spareWatts } from './spare.ts'

const claim = (
  operator: string,
  contractedWatts: number,
  usedWatts = 0,
  fallbackWatts = 0,
): Claim => ({
  operator,
  contractedWatts,
  usedWatts,
  fallbackWatts,
})
const wattsOf = (spare: number, ...claims: Claim[]): number[] =>
  divide(spare, claims).map(({ watts }) => watts)

test.each<[string, number, Claim[], number[]]>([
  ['enough for all: each has its contract', 100, [claim('a', 30), claim('b', 20)], [30, 20]],
  ['too little: by contract', 25, [claim('a', 30), claim('b', 20)], [15, 10]],
  [
    'what was used comes before what is contracted',
    25,
    [claim('a', 30), claim('b', 20, 20)],
    [5, 20],
  ],
  ['fallbacks come before all', 25, [claim('a', 30, 0, 10), claim('b', 20, 20)], [10, 15]],
  ['never more than contracted', 100, [claim('a', 30, 50, 50)], [30]],
  ['nothing to divide', 0, [claim('a', 30), claim('b', 20)], [0, 0]],
  ['less than nothing', -5, [claim('a', 30)], [0]],
  [
    'what rounding leaves goes by name',
    10,
    [claim('a', 30), claim('b', 30), claim('c', 30)],
    [4, 3, 3],
  ],
  ['nobody there', 10, [], []],
])('%s', (_what, spare, claims, watts) => {
  expect(wattsOf(spare, ...claims)).toEqual(watts)
})

test('claims that are not whole watts are a bug', () => {
  expect(() => divide(1, [claim('a', 0.5)])).toThrow(/whole watts/)
})

const watts = fc.integer({ min: 0, max: 1_000_000 })
const claimsOf = fc
  .array(fc.tuple(watts, watts, watts), { minLength: 1, maxLength: 8 })
  .map((rows) =>
    rows.map(([contracted, used, fallback], at) =>
      claim(`operator-${at}`, contracted, used, fallback),
    ),
  )
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

test('the sum never exceeds the spare, and nothing that somebody may have is left', () => {
  fc.assert(
    fc.property(watts, claimsOf, (spare, claims) => {
      const given = wattsOf(spare, ...claims)
      const contracted = sum(claims.map(({ contractedWatts }) => contractedWatts))
      expect(sum(given)).toBe(Math.min(spare, contracted))
      for (const [at, got] of given.entries()) {
        expect(got).toBeGreaterThanOrEqual(0)
        expect(got).toBeLessThanOrEqual(claims[at]?.contractedWatts ?? -1)
      }
    }),
    { numRuns: 300 },
  )
})

test('the order of the claims changes nothing', () => {
  fc.assert(
    fc.property(watts, claimsOf, (spare, claims) => {
      expect(divide(spare, claims.toReversed())).toEqual(divide(spare, claims))
    }),
    { numRuns: 200 },
  )
})

test('equals get the same, to a watt; and more to divide takes from nobody, to two', () => {
  fc.assert(
    fc.property(watts, watts, claimsOf, (spare, more, claims) => {
      const twin = { ...claims[0], operator: 'twin' } as Claim
      const given = new Map(
        divide(spare, [...claims, twin]).map(({ operator, watts }) => [operator, watts]),
      )
      const difference = (given.get('twin') ?? NaN) - (given.get('operator-0') ?? NaN)
      expect(Math.abs(difference)).toBeLessThanOrEqual(1)
      const before = wattsOf(spare, ...claims)
      const after = wattsOf(spare + more, ...claims)
      for (const [at, got] of before.entries()) expect(after[at]).toBeGreaterThanOrEqual(got - 2)
    }),
    { numRuns: 300 },
  )
})

const feeder = { ratedWatts: 100_000, marginWatts: 10_000 }
const contracts = [
  { operator: 'a', contractedWatts: 60_000 },
  { operator: 'b', contractedWatts: 30_000 },
]

test('spare is what rating, forecast and margin leave', () => {
  expect(spareWatts(feeder, [0, 50_000.5, 95_000])).toEqual([90_000, 39_999, 0])
})

test('the fallback is a share of the least that there ever was', () => {
  expect(fallbacks(feeder, [20_000, undefined, 60_000], contracts)).toEqual([
    { operator: 'a', watts: 20_000 },
    { operator: 'b', watts: 10_000 },
  ])
})

test('whichever of the operators is silent, allotments and fallbacks together fit, or it is said', () => {
  const fallback = fallbacks(feeder, [60_000], contracts)
  const spare = spareWatts(feeder, [10_000, 60_000, 70_000])
  const day = allotDay(spare, contracts, fallback, (operator) => (operator === 'b' ? 30_000 : 0))
  expect(day.atRisk).toEqual([2])
  for (const [block, allotments] of day.blocks.entries()) {
    expect(sum(allotments.map(({ watts }) => watts))).toBeLessThanOrEqual(spare[block] ?? 0)
    if (day.atRisk.includes(block)) continue
    const mixed = allotments.map(({ watts }, at) => Math.max(watts, fallback[at]?.watts ?? 0))
    expect(sum(mixed)).toBeLessThanOrEqual(spare[block] ?? 0)
  }
})

const kept: MeteredBlock = {
  meteredWatts: 60_000,
  forecastWatts: 30_000,
  marginWatts: 5_000,
  ratedWatts: 100_000,
  operators: [
    { operator: 'a', allottedWatts: 20_000, reportedWatts: 18_000 },
    { operator: 'b', allottedWatts: 10_000, reportedWatts: 9_000 },
  ],
}
const reporting = (a: number | undefined, b: number | undefined): MeteredBlock['operators'] =>
  kept.operators.map(({ operator, allottedWatts }, at) => {
    const reportedWatts = [a, b][at]
    return { operator, allottedWatts, ...(reportedWatts !== undefined && { reportedWatts }) }
  })

test('load and allotments as expected, or as wrong as the margin, are no breach', () => {
  expect(breachesIn(kept)).toEqual([])
  expect(breachesIn({ ...kept, meteredWatts: 65_000 })).toEqual([])
})

test('a breach is seen by the meter, though all report that they kept to it', () => {
  expect(breachesIn({ ...kept, meteredWatts: 75_000 })).toEqual([
    { kind: 'AllotmentsExceeded', excessWatts: 10_000, suspects: ['a', 'b'] },
    { kind: 'ReportsContradicted', missingWatts: 13_000 },
  ])
})

test('the same reports and a meter that shows no more: no breach', () => {
  expect(breachesIn({ ...kept, meteredWatts: 57_000 })).toEqual([])
})

test('who does not report acquits nobody', () => {
  const block = { ...kept, meteredWatts: 75_000, operators: reporting(18_000, undefined) }
  expect(breachesIn(block)).toEqual([
    { kind: 'AllotmentsExceeded', excessWatts: 10_000, suspects: ['a', 'b'] },
  ])
})

test('an operator that reports more than it had accuses itself', () => {
  const block = { ...kept, meteredWatts: 75_000, operators: reporting(18_000, 25_000) }
  expect(breachesIn(block)).toEqual([
    { kind: 'AllotmentExceeded', operator: 'b', excessWatts: 15_000 },
    { kind: 'AllotmentsExceeded', excessWatts: 10_000, suspects: ['b'] },
  ])
})

test('an operator that confesses a little hides nobody who drew the most of it', () => {
  const block = { ...kept, meteredWatts: 75_000, operators: reporting(18_000, 10_001) }
  expect(breachesIn(block)).toEqual([
    { kind: 'AllotmentExceeded', operator: 'b', excessWatts: 1 },
    { kind: 'AllotmentsExceeded', excessWatts: 10_000, suspects: ['a', 'b'] },
    { kind: 'ReportsContradicted', missingWatts: 11_999 },
  ])
})

test('an overloaded feeder is one, whoever it was', () => {
  const block = { ...kept, meteredWatts: 101_000, forecastWatts: 90_000 }
  expect(breachesIn(block)).toEqual([{ kind: 'FeederOverloaded', excessWatts: 1_000 }])
})
