import { expect, test } from 'vitest'
import { missedBy } from './plan-targets.ts'

test('what misses a target is told, and nothing else', () => {
  const good = { violations: 0, possibleShare: 0.9995, costRatio: 1.0099, cpuSeconds: 9.9 }
  expect(missedBy(good)).toEqual([])
  expect(missedBy({ violations: 0 })).toEqual([])
  const bad = { violations: 1, possibleShare: 0.998, costRatio: 1.011, cpuSeconds: 10.1 }
  for (const [name, value] of Object.entries(bad))
    expect(missedBy({ ...good, [name]: value }), name).toHaveLength(1)
})
