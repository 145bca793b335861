import { blocksPerDay, known, mean, type LoadSeries } from './load-series.ts'

export type Forecaster = (history: LoadSeries) => number[] | undefined

/**
 * Every forecast of a day that `forecaster` would have made, each with what was known then, minus what
 * came: in watts, positive where more came than was forecast. `every` is in blocks.
 */
export function pastErrors(series: LoadSeries, forecaster: Forecaster, every: number): number[] {
  const errors: number[] = []
  for (let begin = blocksPerDay; begin + blocksPerDay <= series.watts.length; begin += every) {
    const forecast = forecaster(known(series, begin))
    if (forecast === undefined) continue
    for (const [ahead, load] of forecast.entries()) {
      const came = series.watts[begin + ahead]
      if (came !== undefined) errors.push(came - load)
    }
  }
  return errors
}

/** Four times a day: as often as a margin and a forecast are judged by. */
export const judgedEvery = blocksPerDay / 4

/** Mean absolute error, in watts; `undefined` when nothing could be forecast. */
export const meanAbsoluteError = (errors: readonly number[]): number | undefined =>
  mean(errors.map(Math.abs))

/**
 * How much more than the forecast comes in at most `share` of all blocks: what is kept free for the
 * forecast's being wrong. `undefined` before it has been wrong often enough to tell.
 */
export function marginWatts(
  series: LoadSeries,
  share: number,
  forecaster: Forecaster,
): number | undefined {
  const errors = pastErrors(series, forecaster, judgedEvery).sort((a, b) => a - b)
  if (errors.length < blocksPerDay) return undefined
  const at = Math.min(errors.length - 1, Math.ceil(errors.length * (1 - share)) - 1)
  return Math.max(0, errors[at] ?? 0)
}
