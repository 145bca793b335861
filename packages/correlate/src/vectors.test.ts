import { readFileSync } from 'node:fs'
import { fromHex } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { compare } from './correlate.ts'
import { correlate, mismatches } from './index.ts'
import { requestFacts } from './request-facts.ts'

type Pair = { of: string; outcome: string; preCommand: string }
const path = new URL('../../../vectors/correlate/pairs.json', import.meta.url)
const { requests, pairs } = JSON.parse(readFileSync(path, 'utf8')) as {
  requests: Record<string, string>
  pairs: Pair[]
}
const outcomeOf = (of: string, preCommand: Uint8Array): string => {
  const result = correlate(requests[of] ?? '', preCommand)
  return result.ok ? result.value : result.reason
}
const bytesOf = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array()

test.each(pairs)('vector of $of: $outcome', ({ of, outcome, preCommand }) => {
  expect(outcomeOf(of, bytesOf(preCommand))).toBe(outcome)
})

const matching = pairs.filter(({ outcome }) => outcome === 'matches')

test.each(matching)('a one-bit change anywhere in the pre-command of $of is found', (pair) => {
  const bytes = bytesOf(pair.preCommand)
  const wanted = requestFacts(requests[pair.of] ?? '') ?? {}
  expect(compare(wanted, bytes).ok).toBe(true)
  const missed: number[] = []
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = bytes.slice()
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    if (compare(wanted, changed).ok) missed.push(bit)
  }
  expect(missed).toEqual([])
})

test('every request has a pair that matches, and every mismatch one that shows it', () => {
  expect(matching.map(({ of }) => of).toSorted()).toEqual(Object.keys(requests).toSorted())
  const outcomes = new Set([...pairs.map(({ outcome }) => outcome), 'RequestUnreadable'])
  for (const mismatch of Object.keys(mismatches)) expect(outcomes).toContain(mismatch)
})

const standard = pairs.find(({ of, outcome }) => of === 'ECS01a' && outcome === 'matches')
test.each([
  ['an element beside the known ones', '</sr:PriceElements>', '</sr:PriceElements><sr:More/>'],
  ['prices of another kind as well', '</sr:HybridTariff>', '</sr:HybridTariff><sr:BlockTariff/>'],
  ['prices of a kind that they are not of', 'HybridTariff', 'TOUTariff'],
  ['a block numbered out of its order', '<sr:BlockPrice index="2">', '<sr:BlockPrice index="3">'],
  ['another currency', '>GBP<', '>EUR<'],
  ['a price numbered out of its order', '<sr:TOUPrice index="3">', '<sr:TOUPrice index="4">'],
  [
    'a threshold numbered out of its order',
    '<sr:Thresholds index="8">',
    '<sr:Thresholds index="9">',
  ],
  ['a day of the week in a date', 'NonSpecifiedDayOfWeek', 'SpecifiedDayOfWeek'],
  ['a fraction of a second', '23:59:59.00Z', '23:59:59.50Z'],
  ['a switch to what is no register', 'TOUTariffAction', 'OtherTariffAction'],
])('a request for the standard’s tariff with %s is not read', (_name, from, to) => {
  const request = requests['ECS01a'] ?? ''
  const changed = request.replaceAll(from, to)
  expect(changed).not.toBe(request)
  const result = correlate(changed, bytesOf(standard?.preCommand ?? ''))
  expect(result.ok ? '' : result.reason).toBe('RequestUnreadable')
})
