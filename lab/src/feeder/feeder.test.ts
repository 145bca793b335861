import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { blocksPerDay, forecastLoad, known } from '@interlock/dso'
import { expect, test } from 'vitest'
import { forecastErrors } from './forecast-errors.ts'
import { readFeederFile } from './read-feeder-file.ts'
import { syntheticFeeder } from './synthetic-feeder.ts'

const data = new URL('../../../../shared/data/load/', import.meta.url)
const files = existsSync(data)
  ? readdirSync(data).filter((name) => name.startsWith('lv-feeder-'))
  : []

test.skipIf(files.length === 0)(
  'on real feeders the forecast of a day is better than persistence and the day before (skipped: ../shared/data/load is absent)',
  () => {
    expect(files).toHaveLength(2)
    for (const file of files) {
      const feeders = readFeederFile(readFileSync(new URL(file, data), 'utf8'))
      expect(feeders.size).toBe(7)
      for (const [name, series] of feeders) {
        const errors = forecastErrors(name, series, 24)
        expect(errors.forecast, `${file} ${name}`).toBeLessThan(errors.previousDay)
        expect(errors.forecast, `${file} ${name}`).toBeLessThan(errors.persistence)
      }
    }
  },
)

test('and so it is on feeders that were made up', () => {
  for (const seed of [1, 2, 3]) {
    const errors = forecastErrors('made up', syntheticFeeder(seed, 8), 24)
    expect(errors.forecast).toBeLessThan(0.9 * errors.previousDay)
    expect(errors.forecast).toBeLessThan(errors.persistence)
  }
})

test('temperatures, where they are known, make it better on a feeder that heats', () => {
  const coldOf = (day: number): number => [4, 11, 2, 9, 6, 13, 3, 12, 0][day] ?? 8
  const series = syntheticFeeder(4, 9, (day) => 1_500 * coldOf(day))
  const celsius = (day: number): number[] =>
    Array(blocksPerDay).fill(15.5 - coldOf(day)) as number[]
  const error = (withTemperature: boolean): number => {
    let sum = 0
    for (let day = 4; day < 9; day += 1) {
      const history = known(series, day * blocksPerDay)
      const past = Array.from({ length: day }, (_, each) => celsius(each)).flat()
      const forecast = forecastLoad(
        history,
        withTemperature ? { past, ahead: celsius(day) } : undefined,
      )
      for (const [at, load] of (forecast ?? []).entries())
        sum += Math.abs(load - (series.watts[day * blocksPerDay + at] ?? NaN))
    }
    return sum
  }
  expect(error(true)).toBeLessThan(0.6 * error(false))
})

const rows = (text: string): string => `timestamp,Description,kW\n${text}`
const good = rows(
  ['00', '10', '20']
    .map((minute) => `2026-01-05 00:${minute}:00,Feeder: 1.0 - L1 Active Power,${Number(minute)}`)
    .join('\n'),
)

test('three rows of ten minutes are two blocks of fifteen, of the same energy', () => {
  expect(readFeederFile(good).get('Feeder: 1.0')).toEqual({
    from: Date.UTC(2026, 0, 5),
    watts: [10_000 / 3, 50_000 / 3],
  })
})

test.each([
  ['another header', 'a,b,c\n', /not a feeder file/],
  ['a row without a number', rows('2026-01-05 00:00:00,x - L1 Active Power,'), /not a row/],
  ['a gap', good.replace('00:10:00', '00:40:00'), /gap/],
  [
    'a beginning off the quarter',
    good.replaceAll(' 00:', ' 01:').replace('01:00', '00:50'),
    /quarter/,
  ],
])('a file with %s is refused', (_what, text, words) => {
  expect(() => readFeederFile(text)).toThrow(words)
})
