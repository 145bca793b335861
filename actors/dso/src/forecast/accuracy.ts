import { persistence, previousDay } from './baselines.ts'
import { judgedEvery, meanAbsoluteError, pastErrors, type Forecaster } from './errors.ts'
import type { LoadSeries } from './load-series.ts'

export type Accuracy = Readonly<
  Record<'forecast' | 'persistence' | 'previousDay', number | undefined>
>

/**
 * Mean absolute errors, in watts, of the forecast and of what it must be better than, over every day that the history
 * holds, each with what was known then.
 */
export function accuracyOf(history: LoadSeries, forecaster: Forecaster): Accuracy {
  const errorOf = (each: Forecaster): number | undefined =>
    meanAbsoluteError(pastErrors(history, each, judgedEvery))
  return {
    forecast: errorOf(forecaster),
    persistence: errorOf(persistence),
    previousDay: errorOf(previousDay),
  }
}
