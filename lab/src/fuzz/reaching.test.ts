import { expect, test } from 'vitest'
import type { Places } from './coverage.ts'
import { reaching } from './reaching.ts'

/** A program in which each input runs the bytes that its digits name. */
function program(runs: Readonly<Record<string, readonly number[]>>) {
  let ran = new Set<number>()
  let given = 0
  let looks = 0
  return {
    given: () => given,
    looks: () => looks,
    give: (inputs: readonly string[]): Promise<void> => {
      given += inputs.length
      for (const input of inputs) for (const at of runs[input] ?? []) ran.add(at)
      return Promise.resolve()
    },
    again: (places: Places): Promise<Places> => {
      looks += 1
      const parts = (places.get('f') ?? []).filter(([from]) => ran.has(from))
      ran = new Set()
      return Promise.resolve(parts.length === 0 ? new Map() : new Map([['f', parts]]))
    },
  }
}
const fresh = (...at: readonly number[]): Places =>
  new Map([['f', at.map((each) => [each, each + 1] as const)]])
const many = Array.from({ length: 100 }, (_, index) => `input ${index}`)

test('of a batch only the inputs are kept that reach something fresh, one for each', async () => {
  const { give, again } = program({ 'input 3': [10], 'input 40': [10, 20], 'input 77': [20] })
  expect(await reaching(many, fresh(10, 20), give, { again })).toEqual(['input 3', 'input 40'])
})

test('the one input that reaches a place costs a look for each halving', async () => {
  const { give, again, looks } = program({ 'input 99': [10] })
  expect(await reaching(many, fresh(10), give, { again })).toEqual(['input 99'])
  expect(looks()).toBeLessThan(10)
})

test('an input is kept only if it reaches the place when it is given alone', async () => {
  const { give, again, looks } = program({ several: [10] })
  const needsSeveral = (inputs: readonly string[]): Promise<void> =>
    give(inputs.length > 1 ? ['several'] : [])
  expect(await reaching(many, fresh(10), needsSeveral, { again })).toEqual([])
  expect(looks()).toBeLessThanOrEqual(32)
})

test('nothing is given again when nothing was fresh, and little when nothing of it comes back', async () => {
  const { give, again, given } = program({})
  expect(await reaching(many, new Map(), give, { again })).toEqual([])
  expect(given()).toBe(0)
  expect(await reaching(many, fresh(1), give, { again })).toEqual([])
  expect(given()).toBe(many.length)
})

test('the search for what reached a great many places ends', async () => {
  const all = Object.fromEntries(many.map((input, index) => [input, [index]]))
  const { give, again } = program(all)
  const found = await reaching(many, fresh(...many.keys()), give, { again })
  expect(found.length).toBeGreaterThan(0)
  expect(found.length).toBeLessThan(many.length)
})
