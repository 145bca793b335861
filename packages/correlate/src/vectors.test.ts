import { readFileSync } from 'node:fs'
import { fromHex } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { correlate, mismatches } from './index.ts'

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
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = bytes.slice()
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect([bit, outcomeOf(pair.of, changed)]).not.toEqual([bit, 'matches'])
  }
})

test('every request has a pair that matches, and every mismatch one that shows it', () => {
  expect(matching.map(({ of }) => of).toSorted()).toEqual(Object.keys(requests).toSorted())
  const outcomes = new Set([...pairs.map(({ outcome }) => outcome), 'RequestUnreadable'])
  for (const mismatch of Object.keys(mismatches)) expect(outcomes).toContain(mismatch)
})
