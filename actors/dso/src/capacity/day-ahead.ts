import { instant, ok, refused, type Instant, type Outcome } from '@interlock/kernel'
import type { CapacityForecast, ForecastedBlock } from '@interlock/oscp'
import { judgedEvery, marginWatts } from '../forecast/errors.ts'
import { forecastLoad } from '../forecast/forecast-load.ts'
import { blockMillis, blocksPerDay, type LoadSeries } from '../forecast/load-series.ts'
import {
  chooseForecast,
  type ChosenForecast,
  type TemperatureSeries,
} from '../forecast/temperatures.ts'
import { allotDay, fallbacks, spareWatts, type Contract } from './spare.ts'
import type { UsedBefore } from './used-before.ts'

export type ContractedFeeder = {
  readonly group: string
  readonly ratedWatts: number
  readonly contracts: readonly Contract[]
}

export type DayAhead = {
  /** By operator: the fallback first, so that it is there before anything counts. */
  readonly forecasts: ReadonlyMap<string, readonly CapacityForecast[]>
  /** Blocks that leave less than the fallbacks together: the operator of the feeder must act itself. */
  readonly atRisk: readonly Instant[]
  /** What is expected without vehicles, from the first block that is not over on, and how wrong that may be. */
  readonly expected: {
    readonly from: Instant
    readonly loadWatts: readonly number[]
    readonly marginWatts: number
  }
  /** How the load was forecast. */
  readonly by: ChosenForecast
}

export type NoDayAhead =
  /** A day has passed since the last block that is known: nothing forecast from it counts any more. */
  | 'HistoryStale'
  /** It knows blocks that have not been yet. */
  | 'HistoryAhead'
  /** Too short to tell the load, or how wrong the forecast may be. */
  | 'HistoryTooShort'

/** Of all blocks, so many may bring more than forecast and margin. */
const marginShare = 0.05

/**
 * What each operator may use in the 24 hours after the last block of `history`, and the fallback for
 * them; in watts, on all phases. Beyond the fallbacks, what each has used before at that time of day comes
 * before what is only contracted. What is past at `now` is left out.
 * @param temperatures used where they have made past forecasts better
 */
export function dayAhead(
  { group, ratedWatts, contracts }: ContractedFeeder,
  history: LoadSeries,
  now: Instant,
  used: UsedBefore,
  temperatures: TemperatureSeries | undefined,
): Outcome<DayAhead, NoDayAhead> {
  const begin = history.from + history.watts.length * blockMillis
  if (begin > now + blockMillis) return refused('HistoryAhead')
  if (begin + blocksPerDay * blockMillis <= now) return refused('HistoryStale')
  const by = chooseForecast(history, temperatures, judgedEvery)
  const load = by.forecaster(history)
  const margin = marginOf(history, by)
  if (load === undefined || margin === undefined) return refused('HistoryTooShort')
  const feeder = { ratedWatts, marginWatts: margin }
  const fallback = fallbacks(feeder, history.watts, contracts)
  const startOf = (block: number): Instant => instant(begin + block * blockMillis)
  const day = allotDay(spareWatts(feeder, load), contracts, fallback, (operator, block) =>
    used(operator, startOf(block)),
  )
  const first = Math.max(0, Math.floor((now - begin) / blockMillis))
  const forecastsOf = (operator: string): CapacityForecast[] => {
    const promised = fallback.find((each) => each.operator === operator)?.watts ?? 0
    const blocks = day.blocks.slice(first).map((allotments, at) => {
      const watts = allotments.find((each) => each.operator === operator)?.watts ?? 0
      return blockOf(watts, startOf(first + at), startOf(first + at + 1))
    })
    const whole = blockOf(promised, startOf(first), startOf(blocksPerDay))
    return [
      { group, type: 'FALLBACK_CONSUMPTION', blocks: [whole] },
      { group, type: 'CONSUMPTION', blocks },
    ]
  }
  return ok({
    forecasts: new Map(contracts.map(({ operator }) => [operator, forecastsOf(operator)])),
    atRisk: day.atRisk.filter((block) => block >= first).map(startOf),
    expected: { from: startOf(first), loadWatts: load.slice(first), marginWatts: margin },
    by,
  })
}

/**
 * The temperatures of the past were measured, those to come are forecast themselves: what is kept free is no less than without them.
 */
function marginOf(history: LoadSeries, { forecaster }: ChosenForecast): number | undefined {
  const plain = marginWatts(history, marginShare, forecastLoad)
  if (forecaster === forecastLoad || plain === undefined) return plain
  return Math.max(plain, marginWatts(history, marginShare, forecaster) ?? 0)
}

const blockOf = (capacity: number, from: Instant, until: Instant): ForecastedBlock => ({
  capacity,
  phase: 'ALL',
  unit: 'W',
  from,
  until,
})
