import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { chargeIntervalsMax, halfHourly, together } from './half-hourly.ts'

const start = Date.parse('2026-01-12T20:00:00Z')
const reading = (minutes: number, wattHours: number) => ({
  at: instant(start + minutes * 60_000),
  wattHours,
})
const shown = (readings: Parameters<typeof halfHourly>[0]) =>
  halfHourly(readings).map(({ from, importWattHours, isEstimated }) => [
    (from - start) / 60_000,
    importWattHours,
    isEstimated,
  ])

test('a charge in half-hours, measured where the register was read at their ends', () => {
  expect(shown([reading(0, 100), reading(30, 600), reading(60, 900)])).toEqual([
    [0, 500, false],
    [30, 300, false],
  ])
})

test('what was not read at the end of a half-hour is divided, and marked', () => {
  expect(shown([reading(10, 100), reading(50, 500), reading(70, 500)])).toEqual([
    [0, 200, true],
    [30, 200, true],
    [60, 0, false],
  ])
  expect(shown([reading(10, 100), reading(20, 500)])).toEqual([[0, 400, false]])
})

test('nothing comes out of nothing, of one reading, or of a register that falls', () => {
  expect(halfHourly([])).toEqual([])
  expect(shown([reading(10, 100)])).toEqual([[0, 0, false]])
  expect(shown([reading(0, 100), reading(30, 50), reading(60, 60)])).toEqual([
    [0, 0, false],
    [30, 10, false],
  ])
})

test('the sum of the half-hours is what the charge took', () => {
  const readings = Array.from({ length: 40 }, (_, at) => reading(at * 7 + 3, at * at * 11))
  const sum = halfHourly(readings).reduce((total, each) => total + each.importWattHours, 0)
  expect(sum).toBe(39 * 39 * 11)
})

test('no charge is longer than a month', () => {
  expect(halfHourly([reading(0, 0), reading(1_000_000, 1)])).toHaveLength(chargeIntervalsMax)
})

test('two charges in one half-hour are one interval', () => {
  const [morning, later] = [
    halfHourly([reading(0, 0), reading(5, 100)]),
    halfHourly([reading(10, 100), reading(40, 400)]),
  ]
  const whole = together([later, morning])
  expect(whole.map(({ importWattHours, isEstimated }) => [importWattHours, isEstimated])).toEqual([
    [300, true],
    [100, true],
  ])
  expect(together([])).toEqual([])
})
