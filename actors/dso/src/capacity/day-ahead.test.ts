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
  const day = dayAhead(feeder, days(3), after(0), none)
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
  const day = dayAhead(feeder, peaked, after(0), used)
  const wattsOf = (operator: string) =>
    (day.ok && day.value.forecasts.get(operator)?.[1]?.blocks.map(({ capacity }) => capacity)) || []
  expect(wattsOf('b')[2]).toBeLessThan(10_000)
  expect(wattsOf('b')[3]).toBeGreaterThanOrEqual(18_000)
  expect((wattsOf('a')[3] ?? 0) + (wattsOf('b')[3] ?? 0)).toBeLessThanOrEqual(30_000)
})

test('what has passed since the last block that is known is left out', () => {
  const day = dayAhead(feeder, days(3), after(2.5), none)
  const [fallback, forecast] = day.ok ? (day.value.forecasts.get('a') ?? []) : []
  expect(fallback?.blocks[0]?.from).toBe(after(2))
  expect(forecast?.blocks[0]?.from).toBe(after(2))
  expect(forecast?.blocks).toHaveLength(blocksPerDay - 2)
})

test.each([
  ['a day has passed since', days(3), after(blocksPerDay), 'HistoryStale'],
  ['it knows the time to come', days(3), after(-2), 'HistoryAhead'],
  ['nobody can say how wrong it may be', days(1), after(0), 'HistoryTooShort'],
  ['there is none', days(0), after(0), 'HistoryTooShort'],
])('there is no forecast where %s', (_what, history, now, reason) => {
  expect(dayAhead(feeder, history, now, none)).toMatchObject({ ok: false, reason })
})
