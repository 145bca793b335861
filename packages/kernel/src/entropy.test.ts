import { expect, test } from 'vitest'
import { seeded } from './entropy.ts'

const draw = (seed: string): number[] => {
  const entropy = seeded(seed)
  return Array.from({ length: 50 }, () => entropy.below(1_000_000))
}

test('one seed gives one stream, another seed another', () => {
  expect(draw('1')).toEqual(draw('1'))
  expect(draw('1')).not.toEqual(draw('2'))
  expect(draw('')).not.toEqual(draw(' '))
})

test('whole numbers below a limit come about equally often', () => {
  const entropy = seeded('uniform')
  const counts = Array.from({ length: 10 }, () => 0)
  for (let i = 0; i < 10_000; i++) {
    const drawn = entropy.below(10)
    counts[drawn] = (counts[drawn] ?? 0) + 1
  }
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150)
})

test('bytes have the length asked for and are not all alike', () => {
  expect(seeded('x').bytes(0)).toHaveLength(0)
  expect(new Set(seeded('x').bytes(64)).size).toBeGreaterThan(32)
})
