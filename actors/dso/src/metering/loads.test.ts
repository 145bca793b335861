import { openJournal, temporaryDir } from '@interlock/host'
import { expect, test } from 'vitest'
import { openLoads, type HeardLoad } from './loads.ts'

const load = (sequence: number, change: Partial<HeardLoad> = {}): HeardLoad => ({
  group: 'f1',
  provider: 'acacia',
  sequence,
  at: sequence * 30_000,
  watts: sequence,
  chargers: 3,
  ...change,
})

test('each message is taken once, over a restart too, and what comes late is not the latest', () => {
  const path = `${temporaryDir('interlock-loads')}/loads.journal`
  const first = openLoads(openJournal(path))
  expect([1, 3, 2].map((sequence) => first.take(load(sequence)))).toEqual([true, true, true])
  expect(first.take(load(3, { watts: 9 }))).toBe(false)
  expect(first.take(load(1, { provider: 'birch' }))).toBe(true)
  expect(first.take(load(1, { group: 'f2' }))).toBe(true)
  first.close()
  const second = openLoads(openJournal(path))
  expect(second.take(load(2))).toBe(false)
  expect(second.latest('f1')).toEqual([load(3), load(1, { provider: 'birch' })])
  second.close()
})

test('an hour is kept of each, and what is older still is not taken again', () => {
  const loads = openLoads(openJournal(`${temporaryDir('interlock-loads-long')}/loads.journal`))
  for (let sequence = 2; sequence <= 130; sequence++) loads.take(load(sequence))
  expect(loads.take(load(1))).toBe(false)
  expect(loads.take(load(5))).toBe(false)
  expect(loads.latest('f1')).toEqual([load(130)])
  loads.close()
})
