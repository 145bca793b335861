import { expect, test } from 'vitest'
import type { Decision } from '@interlock/contract'
import { homeOf } from './address-book.ts'
import { decisionsDigest } from './decisions.ts'
import { countBy, percentile } from './measure.ts'

test('percentiles are samples, by nearest rank', () => {
  const samples = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect(percentile(samples, 0.5)).toBe(50)
  expect(percentile(samples, 0.99)).toBe(99)
  expect(percentile([7], 0.5)).toBe(7)
  expect(percentile([], 0.5)).toBe(0)
})

test('counting leaves out what has no key', () => {
  expect(countBy(['b', 'a', 'b', ''], (text) => text || undefined)).toEqual({ a: 1, b: 2 })
})

const decision: Decision = {
  station: homeOf(1).stationId,
  at: 5,
  action: 'SetChargingProfile',
  decision: 'applied',
  setPointWatts: 7_360,
}

test('the digest is over a multiset: order does not matter, repetition and every field do', () => {
  const other: Decision = { ...decision, at: 6 }
  expect(decisionsDigest([decision, other])).toBe(decisionsDigest([other, decision]))
  expect(decisionsDigest([decision, decision])).not.toBe(decisionsDigest([decision]))
  for (const change of [
    { station: homeOf(2).stationId },
    { at: 7 },
    { action: 'Reset' },
    { setPointWatts: 0 },
    { delaySeconds: 3 },
    { decision: 'refused' as const },
    { reason: 'NotArmed' as const },
  ])
    expect(decisionsDigest([{ ...decision, ...change }])).not.toBe(decisionsDigest([decision]))
})

test('every home has identities of its own', () => {
  const all = [homeOf(1), homeOf(2), homeOf(300)].flatMap((home) => [
    home.station,
    home.llcs,
    home.meter,
    home.hub,
    home.stationId,
  ])
  expect(new Set(all).size).toBe(all.length)
})
