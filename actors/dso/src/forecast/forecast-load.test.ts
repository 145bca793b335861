import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { persistence, previousDay } from './baselines.ts'
import { marginWatts, meanAbsoluteError, pastErrors } from './errors.ts'
import { forecastLoad } from './forecast-load.ts'
import { blocksPerDay, known, withoutVehicles, type LoadSeries } from './load-series.ts'

const from = instant(Date.UTC(2026, 0, 5))
const days = (
  count: number,
  load: (block: number, day: number) => number | undefined,
): LoadSeries => ({
  from,
  watts: Array.from({ length: count * blocksPerDay }, (_, at) =>
    load(at % blocksPerDay, Math.floor(at / blocksPerDay)),
  ),
})
const wave = (block: number): number =>
  20_000 + 10_000 * Math.sin((block / blocksPerDay) * 2 * Math.PI)

test('a load that is every day the same is forecast but for the smoothing', () => {
  const forecast = forecastLoad(days(3, wave))
  expect(forecast).toHaveLength(blocksPerDay)
  for (const [at, load] of (forecast ?? []).entries())
    expect(Math.abs(load - wave(at))).toBeLessThan(0.05 * wave(at))
})

test('today’s last hour moves the next hours and not tomorrow’s', () => {
  const usual = days(4, () => 10_000)
  const raised = { ...usual, watts: usual.watts.map((load, at) => (at >= 380 ? 14_000 : load)) }
  const forecast = forecastLoad(raised) ?? []
  expect(forecast[0]).toBeGreaterThan(12_000)
  expect(forecast[60]).toBeLessThan(10_500)
})

test('newer days count more', () => {
  const series = days(4, (_block, day) => (day === 3 ? 20_000 : 10_000))
  expect(forecastLoad(series)?.[48]).toBeGreaterThan(15_000)
})

test('gaps of the meter are bridged, and without a day of history nothing is forecast', () => {
  const gaps = days(3, (block, day) => (day === 1 || block === 7 ? undefined : wave(block)))
  const forecast = forecastLoad(gaps) ?? []
  expect(Math.abs((forecast[7] ?? 0) - wave(7))).toBeLessThan(0.06 * wave(7))
  expect(forecastLoad(known(days(1, wave), 95))).toBeUndefined()
  expect(forecastLoad(days(2, () => undefined))).toBeUndefined()
})

test('of two days nothing is learnt about temperature', () => {
  const series = days(2, (_block, day) => 10_000 + day * 5_000)
  const past = series.watts.map((_, at) => (at < blocksPerDay ? 10 : 0))
  const ahead = Array<number>(blocksPerDay).fill(-10)
  expect(forecastLoad(series, { past, ahead })).toEqual(forecastLoad(series))
})

test('the baselines are what they are called', () => {
  const series = days(2, (block, day) => block + 1_000 * day)
  expect(new Set(persistence(series))).toEqual(new Set([1_095]))
  expect(previousDay(series)?.slice(0, 2)).toEqual([1_000, 1_001])
  expect(previousDay(known(series, 95))).toBeUndefined()
})

test('past errors are made with what was known then, and never with what came', () => {
  const series = days(3, (_block, day) => day * 1_000)
  const errors = pastErrors(series, previousDay, blocksPerDay)
  expect(new Set(errors)).toEqual(new Set([1_000]))
  expect(errors).toHaveLength(2 * blocksPerDay)
  expect(meanAbsoluteError(errors)).toBe(1_000)
  expect(meanAbsoluteError([])).toBeUndefined()
})

test('in no more than the share of past blocks did more than the margin come', () => {
  let state = 1
  const noise = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  const series = days(6, (block) => wave(block) + 4_000 * noise())
  const errors = pastErrors(series, forecastLoad, blocksPerDay / 4)
  for (const share of [0.01, 0.05, 0.2]) {
    const margin = marginWatts(series, share, forecastLoad) ?? NaN
    expect(errors.filter((error) => error > margin).length).toBeLessThanOrEqual(
      share * errors.length,
    )
  }
  expect(marginWatts(days(1, wave), 0.05, forecastLoad)).toBeUndefined()
})

test('the load of vehicles is taken out, and nothing is known where it is not', () => {
  const vehicles = { from, watts: [1, undefined, 3] }
  expect(withoutVehicles({ from, watts: [10, 20, undefined] }, vehicles).watts).toEqual([
    9,
    undefined,
    undefined,
  ])
})
