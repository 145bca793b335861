import {
  forecastByTemperature,
  forecastLoad,
  meanAbsoluteError,
  pastErrors,
  persistence,
  previousDay,
  type LoadSeries,
  type TemperatureSeries,
} from '@interlock/dso'

/** Mean absolute errors over a day ahead, in watts. */
export type ForecastErrors = {
  readonly feeder: string
  readonly forecast: number
  readonly persistence: number
  readonly previousDay: number
  /** NaN where no temperatures are known. */
  readonly byTemperature: number
}

/** Each forecast made every `every` blocks, from the end of the first day on, with what was known then. */
export const forecastErrors = (
  feeder: string,
  series: LoadSeries,
  every: number,
  temperatures?: TemperatureSeries,
): ForecastErrors => ({
  feeder,
  forecast: meanAbsoluteError(pastErrors(series, forecastLoad, every)) ?? NaN,
  persistence: meanAbsoluteError(pastErrors(series, persistence, every)) ?? NaN,
  previousDay: meanAbsoluteError(pastErrors(series, previousDay, every)) ?? NaN,
  byTemperature:
    temperatures === undefined
      ? NaN
      : (meanAbsoluteError(pastErrors(series, forecastByTemperature(temperatures), every)) ?? NaN),
})
