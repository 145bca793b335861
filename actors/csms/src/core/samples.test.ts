import { expect, test } from 'vitest'
import { samplesOf } from './samples.ts'

const at = '2026-01-05T18:00:00Z'

test('power, energy and frequency are read, whatever unit they are written in', () => {
  expect(
    samplesOf([
      {
        timestamp: at,
        sampledValue: [
          { measurand: 'Power.Active.Import', value: 7.2, unitOfMeasure: { unit: 'kW' } },
          { value: 15, unitOfMeasure: { unit: 'Wh', multiplier: 2 } },
          { measurand: 'Frequency', value: 49.9, unitOfMeasure: { unit: 'Hz' } },
        ],
      },
    ]),
  ).toEqual({ powerWatts: 7200, registerWattHours: 1500, hertz: 49.9 })
})

test('one phase is not taken for the whole', () => {
  expect(
    samplesOf([
      {
        timestamp: at,
        sampledValue: [{ measurand: 'Power.Active.Import', value: 2400, phase: 'L1' }],
      },
    ]),
  ).toEqual({})
  expect(samplesOf(undefined)).toEqual({})
})

test('what no meter can count is not taken for a reading', () => {
  const read = (value: number, multiplier: number) =>
    samplesOf([{ timestamp: at, sampledValue: [{ value, unitOfMeasure: { multiplier } }] }])
  expect(read(1, 300)).toEqual({})
  expect(read(-1.7e308, 10)).toEqual({})
  expect(read(1, 12)).toEqual({ registerWattHours: 1e12 })
})
