import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { blockMillis, blocksPerDay } from '../forecast/load-series.ts'
import { dayAhead } from './day-ahead.ts'

const midnight = Date.UTC(2026, 0, 5)
const days = (count: number) => ({
  from: instant(midnight - count * blocksPerDay * blockMillis),
  watts: Array.from({ length: count * blocksPerDay }, () => 10_000),
})
const after = (blocks: number) => instant(midnight + blocks * blockMillis)
const feeder = {
  group: 'feeder-1',
  ratedWatts: 40_000,
  contracts: [
    { operator: 'a', contractedWatts: 40_000 },
    { operator: 'b', contractedWatts: 20_000 },
  ],
}
const none = () => 0

test('what a feeder has to spare is divided for a day ahead, the fallback said first', () => {
  const day = dayAhead(feeder, days(3), after(0), none, undefined)
  if (!day.ok) throw new Error(day.reason)
  const [fallback, forecast] = day.value.forecasts.get('a') ?? []
  expect([fallback?.type, fallback?.blocks]).toEqual([
    'FALLBACK_CONSUMPTION',
    [{ capacity: 20_000, phase: 'ALL', unit: 'W', from: after(0), until: after(blocksPerDay) }],
  ])
  expect(forecast?.blocks).toHaveLength(blocksPerDay)
  expect(day.value.forecasts.get('b')?.[1]?.blocks[0]?.capacity).toBe(10_000)
  expect(day.value.atRisk).toEqual([])
})

test('what an operator has used before at a time of day comes before what is only contracted', () => {
  // At one time of day there is little to spare, so the fallbacks leave much at the others.
  const flat = days(3)
  const peaked = {
    ...flat,
    watts: flat.watts.map((load, block) => (block % blocksPerDay === 50 ? 25_000 : load)),
  }
  const used = (operator: string, from: number) =>
    operator === 'b' && from === after(3) ? 18_000 : 0
  const day = dayAhead(feeder, peaked, after(0), used, undefined)
  const wattsOf = (operator: string) =>
    (day.ok && day.value.forecasts.get(operator)?.[1]?.blocks.map(({ capacity }) => capacity)) || []
  expect(wattsOf('b')[2]).toBeLessThan(10_000)
  expect(wattsOf('b')[3]).toBeGreaterThanOrEqual(18_000)
  expect((wattsOf('a')[3] ?? 0) + (wattsOf('b')[3] ?? 0)).toBeLessThanOrEqual(30_000)
})

test('what has passed since the last block that is known is left out', () => {
  const day = dayAhead(feeder, days(3), after(2.5), none, undefined)
  const [fallback, forecast] = day.ok ? (day.value.forecasts.get('a') ?? []) : []
  expect(fallback?.blocks[0]?.from).toBe(after(2))
  expect(forecast?.blocks[0]?.from).toBe(after(2))
  expect(forecast?.blocks).toHaveLength(blocksPerDay - 2)
})

test('by temperature a cold day leaves less to spare, and one of another place changes nothing', () => {
  const colds = [4, 11, 2, 9, 6, 13, 3]
  const warmth = (colds: readonly number[]) => colds.flatMap((cold) => flatDay(15.5 - cold))
  const flatDay = (value: number) => Array.from({ length: blocksPerDay }, () => value)
  const { from } = days(colds.length)
  const history = { from, watts: colds.flatMap((cold) => flatDay(8_000 + 1_000 * cold)) }
  const spareWith = (celsius: readonly (number | undefined)[] | undefined) => {
    const temperatures = celsius && { from, celsius }
    const day = dayAhead(feeder, history, after(0), none, temperatures)
    if (!day.ok) throw new Error(day.reason)
    const { by, expected } = day.value
    return { uses: by.usesTemperature, watts: expected.loadWatts[48] ?? 0, ...expected }
  }
  const plain = spareWith(undefined)
  const cold = spareWith(warmth([...colds, 14]))
  const warm = spareWith(warmth([...colds, 0]))
  expect([plain.uses, cold.uses, warm.uses]).toEqual([false, true, true])
  expect(cold.watts).toBeGreaterThan(plain.watts + 3_000)
  expect(warm.watts).toBeLessThan(plain.watts - 2_000)
  // What is kept free is no less for it.
  expect(warm.marginWatts).toBeGreaterThanOrEqual(plain.marginWatts)
  const elsewhere = warmth([13, 3, 12, 4, 9, 2, 11, 14])
  expect(spareWith(elsewhere)).toEqual(plain)
  // Nobody knows how warm tomorrow will be: it is as the days before.
  expect(spareWith(warmth(colds)).watts).toBe(plain.watts)
})

test.each([
  ['a day has passed since', days(3), after(blocksPerDay), 'HistoryStale'],
  ['it knows the time to come', days(3), after(-2), 'HistoryAhead'],
  ['nobody can say how wrong it may be', days(1), after(0), 'HistoryTooShort'],
  ['there is none', days(0), after(0), 'HistoryTooShort'],
])('there is no forecast where %s', (_what, history, now, reason) => {
  expect(dayAhead(feeder, history, now, none, undefined)).toMatchObject({ ok: false, reason })
})
