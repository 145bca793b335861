import { eui64 } from '@interlock/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { advanceCounter, floorCounter, lastCounter, type CounterSet } from './counters.ts'

const owner = eui64('02-00-00-00-00-00-00-01')
const provider = eui64('02-00-00-00-00-00-00-02')

test('a counter is good once and only upwards, to the full 64 bits', () => {
  const accept = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })
  fc.assert(
    fc.property(fc.array(accept, { maxLength: 50 }), (tried) => {
      let counters: CounterSet = {}
      let highest = 0n
      for (const counter of tried) {
        const result = advanceCounter(counters, owner, counter)
        expect(result.ok).toBe(counter > highest)
        if (result.ok) {
          counters = JSON.parse(JSON.stringify(result.value)) as CounterSet
          highest = counter
        }
        expect(lastCounter(counters, owner)).toBe(highest)
      }
    }),
  )
})

test('originators count separately', () => {
  const counters = advanceCounter({}, owner, 9n)
  expect(counters.ok && advanceCounter(counters.value, provider, 1n).ok).toBe(true)
})

test('a floor refuses what the old key signed and never lowers a counter', () => {
  const floored = floorCounter({}, owner, 100n)
  expect(advanceCounter(floored, owner, 100n)).toMatchObject({ ok: false, reason: 'Replayed' })
  expect(lastCounter(floorCounter(floored, owner, 5n), owner)).toBe(100n)
})
