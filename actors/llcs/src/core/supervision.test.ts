import type { Arm } from '@interlock/contract'
import { eui64, hertz, inHours, inSeconds, instant, plus } from '@interlock/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  ready,
  stabilises,
  unmeasured,
  watch,
  type Act,
  type Sample,
  type Watch,
} from './supervision.ts'

const start = instant(Date.UTC(2026, 0, 5, 17))
const rules = {
  deadbandHertz: 0.2,
  dwellMillis: 10_000,
  durationMillisMax: 60_000,
  stepHertz: 0.01,
}
const arm: Arm = {
  digest: 'digest',
  use: 'response',
  originator: eui64('00-00-00-00-00-00-00-0A'),
  target: eui64('00-00-00-00-00-00-00-0B'),
  counter: 1n,
  evse: 1,
  direction: 'import',
  levelPercent: 100,
  from: start,
  until: plus(start, inHours(1)),
}
const at = (second: number, value: number): Sample => ({
  at: plus(start, inSeconds(second)),
  hertz: hertz(value),
})

/** One sample a second, from the start. */
function run(values: readonly number[], arms: readonly Arm[] = [arm]) {
  let current: Watch = ready
  const acts: { second: number; act: Act['act'] }[] = []
  values.forEach((value, second) => {
    const result = watch(current, at(second, value), arms, rules)
    current = result.watch
    acts.push(...result.acts.map(({ act }) => ({ second, act })))
  })
  return { acts, last: current }
}

test('inside the deadband nothing happens', () => {
  expect(run([50, 49.81, 50.19, 49.8]).acts).toEqual([])
})

test('the first sample below the deadband arms at once', () => {
  expect(run([50, 49.79]).acts).toEqual([{ second: 1, act: 'respond' }])
})

test('an armed response follows the frequency down, not up', () => {
  const acts = run([49.79, 49.7, 49.75, 49.695, 49.5]).acts
  expect(acts.map(({ second }) => second)).toEqual([0, 1, 4])
})

test('the load is given back when the frequency has stayed inside for the dwell', () => {
  const recovering = Array<number>(11).fill(49.9)
  expect(run([49.7, ...recovering]).acts).toEqual([
    { second: 0, act: 'respond' },
    { second: 11, act: 'restore' },
  ])
})

test('a dip during the dwell starts the dwell again', () => {
  const values = [49.7, ...Array<number>(9).fill(49.9), 49.7, ...Array<number>(10).fill(49.9)]
  expect(run(values).acts.map(({ act }) => act)).toEqual(['respond'])
  expect(run([...values, 49.9]).acts.map(({ act }) => act)).toEqual(['respond', 'restore'])
})

test('a response lasts no longer than its longest, and no other follows before recovery', () => {
  const { acts, last } = run(Array<number>(200).fill(49.7))
  expect(acts).toEqual([
    { second: 0, act: 'respond' },
    { second: 60, act: 'restore' },
  ])
  expect(last).toEqual({ state: 'spent' })
  const again = run([...Array<number>(61).fill(49.7), ...Array<number>(11).fill(50), 49.7])
  expect(again.acts.at(-1)).toEqual({ second: 72, act: 'respond' })
  for (const recovered of [1, 10]) {
    const inside = Array<number>(recovered).fill(50)
    const early = run([...Array<number>(61).fill(49.7), ...inside, 49.7])
    expect(early.acts.at(-1)).toEqual({ second: 60, act: 'restore' })
  }
})

test('a response ends with the pre-authorisation it rests on', () => {
  const short = { ...arm, until: plus(start, inSeconds(5)) }
  expect(run(Array<number>(8).fill(49.7), [short]).acts).toEqual([
    { second: 0, act: 'respond' },
    { second: 5, act: 'restore' },
  ])
})

test('without a pre-authorisation in force nothing is armed', () => {
  const none = watch(ready, at(0, 49.5), [], rules)
  expect(none).toEqual({ watch: ready, acts: [], idle: 'NoPreAuthorisation' })
  const others: Arm[] = [
    { ...arm, use: 'onDemand' },
    { ...arm, from: plus(start, inSeconds(1)) },
    { ...arm, until: start },
  ]
  for (const other of others) expect(watch(ready, at(0, 49.5), [other], rules).acts).toEqual([])
})

test('only the stabilising direction is armed', () => {
  expect(stabilises(arm, 49.5)).toBe(true)
  expect(stabilises(arm, 50.5)).toBe(false)
  expect(stabilises({ ...arm, direction: 'export' }, 50.5)).toBe(true)
  expect(stabilises({ ...arm, direction: 'export' }, 49.5)).toBe(false)
  expect(watch(ready, at(0, 50.5), [arm], rules).idle).toBe('NoPreAuthorisation')
})

test('a response ends at once when the frequency is beyond the band on its other side', () => {
  const overshoot = run([49.7, 49.9, 50.3])
  expect(overshoot.acts).toEqual([
    { second: 0, act: 'respond' },
    { second: 2, act: 'restore' },
  ])
  const both = [arm, { ...arm, digest: 'high', direction: 'export' as const }]
  expect(run([49.7, 50.3, 50.3], both).acts).toEqual([
    { second: 0, act: 'respond' },
    { second: 1, act: 'restore' },
    { second: 2, act: 'respond' },
  ])
})

test('whatever the frequency does, no response goes on where it makes it worse', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 49, max: 51, noNaN: true }), { maxLength: 60 }), (hz) => {
      const { last } = run(hz)
      const value = hz.at(-1) ?? 50
      if (last.state === 'armed' && Math.abs(value - 50) > rules.deadbandHertz + 1e-6)
        expect(stabilises(last.arm, value)).toBe(true)
    }),
  )
})

test('a reading no grid can have is not believed', () => {
  for (const value of [0, 44.9, 55.1, Number.NaN, Infinity]) {
    expect(watch(ready, at(0, value), [arm], rules).idle).toBe('Implausible')
  }
})

test('whatever the frequency does, a response that began has ended by its longest', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 49, max: 51, noNaN: true }), { maxLength: 300 }),
      (hz) => {
        let since: number | undefined
        for (const { second, act } of run(hz).acts) {
          if (act === 'restore') since = undefined
          else since ??= second
          if (since !== undefined) expect(second - since).toBeLessThanOrEqual(60)
        }
        const open = since === undefined ? 0 : hz.length - 1 - since
        expect(open).toBeLessThan(60)
      },
    ),
  )
})

test('a response that nobody can see help is given back after the dwell, and not before', () => {
  const { last } = run([49.7])
  const lostAt = (second: number) => plus(start, inSeconds(second))
  const first = unmeasured(last, lostAt(2), rules)
  expect(first.acts).toEqual([])
  const nearly = unmeasured(first.watch, lostAt(11.9), rules)
  expect(nearly.acts).toEqual([])
  // Seen again meanwhile, and still low: it goes on.
  expect(watch(nearly.watch, at(11.95, 49.7), [arm], rules)).toMatchObject({
    watch: { state: 'armed' },
    acts: [],
  })
  const over = unmeasured(nearly.watch, lostAt(12), rules)
  expect(over).toEqual({ watch: { state: 'spent' }, acts: [{ act: 'restore', arm }] })
  expect(unmeasured(over.watch, lostAt(13), rules)).toEqual({ watch: { state: 'spent' }, acts: [] })
})

test('without a measurement a response lasts no longer than its longest', () => {
  const { last } = run([49.7])
  expect(unmeasured(last, plus(start, inSeconds(60)), rules).acts).toEqual([
    { act: 'restore', arm },
  ])
})

test('without a measurement nothing is armed', () => {
  expect(unmeasured(ready, start, rules)).toEqual({ watch: ready, acts: [] })
})
