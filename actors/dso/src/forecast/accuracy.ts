import { persistence, previousDay } from './baselines.ts'
import { meanAbsoluteError, pastErrors, type Forecaster } from './errors.ts'
import { forecastLoad } from './forecast-load.ts'
import { blocksPerDay, type LoadSeries } from './load-series.ts'

export type Accuracy = Readonly<
  Record<'forecast' | 'persistence' | 'previousDay', number | undefined>
>

/** Four times a day, which is as often as the margin is judged by. */
const every = blocksPerDay / 4

/**
 * Mean absolute errors, in watts, of the forecast and of what it must be better than, over every day that the history
 * holds, each with what was known then.
 */
export function accuracyOf(history: LoadSeries): Accuracy {
  const errorOf = (forecaster: Forecaster): number | undefined =>
    meanAbsoluteError(pastErrors(history, forecaster, every))
  return {
    forecast: errorOf(forecastLoad),
    persistence: errorOf(persistence),
    previousDay: errorOf(previousDay),
  }
}
