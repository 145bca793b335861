import type { Path } from '@interlock/contract'
import { eui64, instant } from '@interlock/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  acceptCounter,
  countersOf,
  nextCounter,
  raiseFloor,
  type CounterEntry,
} from './counters.ts'

const organisation = eui64('A0-00-00-00-00-00-00-01')
const other = eui64('A0-00-00-00-00-00-00-02')
const entry = (counter: bigint, path: Path = 'armed', of = organisation): CounterEntry => ({
  organisation: of,
  path,
  counter,
})

test('an originator never heard of has counted to zero', () => {
  expect(countersOf([]).last(organisation, 'armed')).toBe(0n)
  expect(countersOf([]).entries()).toEqual([])
})

test('a counter is accepted once, and only upwards', () => {
  const first = acceptCounter(countersOf([]), entry(5n))
  if (!first.ok) throw new Error(first.reason)
  expect(first.value.last(organisation, 'armed')).toBe(5n)
  expect(acceptCounter(first.value, entry(5n))).toEqual({
    ok: false,
    reason: 'Replayed',
    detail: '5 is not above 5',
  })
  expect(acceptCounter(first.value, entry(4n)).ok).toBe(false)
  expect(acceptCounter(first.value, entry(6n)).ok).toBe(true)
})

test('accepting leaves the old set as it was, for a caller that cannot persist the new one', () => {
  const before = countersOf([entry(5n)])
  acceptCounter(before, entry(6n))
  expect(before.last(organisation, 'armed')).toBe(5n)
})

test('originators and paths count separately', () => {
  const counters = countersOf([entry(5n), entry(7n, 'countersigned'), entry(9n, 'armed', other)])
  expect(counters.last(organisation, 'armed')).toBe(5n)
  expect(counters.last(organisation, 'countersigned')).toBe(7n)
  expect(counters.last(other, 'armed')).toBe(9n)
  expect(counters.last(other, 'countersigned')).toBe(0n)
})

test('of what was kept twice, the higher counts, in whatever order', () => {
  expect(countersOf([entry(5n), entry(3n)]).entries()).toEqual([entry(5n)])
  expect(countersOf([entry(3n), entry(5n)]).entries()).toEqual([entry(5n)])
})

test('a floor never lowers a counter', () => {
  const counters = countersOf([entry(5n)])
  expect(raiseFloor(counters, entry(9n)).last(organisation, 'armed')).toBe(9n)
  expect(raiseFloor(counters, entry(2n)).last(organisation, 'armed')).toBe(5n)
})

test('counters are whole beyond what a double can hold', () => {
  const high = 2n ** 64n - 2n
  const counters = countersOf([entry(high)])
  expect(acceptCounter(counters, entry(high)).ok).toBe(false)
  expect(acceptCounter(counters, entry(high + 1n)).ok).toBe(true)
})

test('whatever arrives in whatever order, what is accepted ascends and is never accepted again', () => {
  const entries = fc.array(
    fc.record({
      organisation: fc.constantFrom(organisation, other),
      path: fc.constantFrom<Path>('armed', 'countersigned'),
      counter: fc.bigInt({ min: 1n, max: 20n }),
    }),
  )
  fc.assert(
    fc.property(entries, (arriving) => {
      let counters = countersOf([])
      const accepted = new Map<string, bigint[]>()
      for (const each of arriving) {
        const next = acceptCounter(counters, each)
        if (!next.ok) continue
        counters = countersOf(next.value.entries())
        const name = `${each.organisation} ${each.path}`
        accepted.set(name, [...(accepted.get(name) ?? []), each.counter])
      }
      for (const values of accepted.values())
        expect(values.every((value, i) => i === 0 || value > (values[i - 1] ?? 0n))).toBe(true)
    }),
  )
})

test('the next counter follows the clock, and never falls back with it', () => {
  expect(nextCounter(0n, instant(1_000))).toBe(1_000_000n)
  expect(nextCounter(1_000_000n, instant(1_000))).toBe(1_000_001n)
  expect(nextCounter(5_000_000n, instant(1_000))).toBe(5_000_001n)
  expect(nextCounter(999_999n, instant(1_000.7))).toBe(1_000_000n)
})
