import type { Instant } from '@interlock/kernel'
import { meanAbsoluteError, pastErrors, type Forecaster } from './errors.ts'
import { forecastLoad, type Temperatures } from './forecast-load.ts'
import { blockMillis, blocksPerDay, type LoadSeries } from './load-series.ts'

/**
 * Outdoor temperature in °C, block after block: what was measured, and what is forecast of the day to come; `undefined`
 * where nobody knows. `from` is the start of the first block, on a quarter of an hour.
 */
export type TemperatureSeries = {
  readonly from: Instant
  readonly celsius: readonly (number | undefined)[]
}

/** Those of a history of load, and of the day after it. */
export function temperaturesOf(
  { from, celsius }: TemperatureSeries,
  history: LoadSeries,
): Temperatures {
  const first = (history.from - from) / blockMillis
  const at = (begin: number, count: number) =>
    Array.from({ length: count }, (_, block) => celsius[begin + block])
  const length = history.watts.length
  return { past: at(first, length), ahead: at(first + length, blocksPerDay) }
}

export const forecastByTemperature =
  (series: TemperatureSeries): Forecaster =>
  (history) =>
    forecastLoad(history, temperaturesOf(series, history))

export type ChosenForecast = { readonly forecaster: Forecaster; readonly usesTemperature: boolean }

/**
 * By temperature where that has made the forecasts of the past better, and not because somebody names one: a series of
 * another place, or of another year, makes them worse.
 * @param every how often a forecast of the past is looked at, in blocks
 */
export function chooseForecast(
  history: LoadSeries,
  temperatures: TemperatureSeries | undefined,
  every: number,
): ChosenForecast {
  const plain = { forecaster: forecastLoad, usesTemperature: false }
  if (temperatures === undefined) return plain
  const forecaster = forecastByTemperature(temperatures)
  const errorOf = (each: Forecaster) => meanAbsoluteError(pastErrors(history, each, every))
  const [without, by] = [errorOf(forecastLoad), errorOf(forecaster)]
  const isBetter = without !== undefined && by !== undefined && by < without
  return isBetter ? { forecaster, usesTemperature: true } : plain
}
