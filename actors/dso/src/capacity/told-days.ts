import type { FeederDayShown } from '@interlock/contract'
import { toIso, type Instant } from '@interlock/kernel'
import type { FeederConfig } from '../config.ts'
import { accuracyOf } from '../forecast/accuracy.ts'
import { persistence, previousDay } from '../forecast/baselines.ts'
import { blocksPerDay, type LoadSeries } from '../forecast/load-series.ts'
import type { BlockRecord } from '../metering/blocks.ts'
import { breachShown } from './breach-words.ts'
import type { DayAhead } from './day-ahead.ts'
import { dayProblemWords } from './day-words.ts'
import { spareWatts } from './spare.ts'

type DayProblem = keyof typeof dayProblemWords
type Day = NonNullable<FeederDayShown['day']>
type Told = { readonly at: Instant; readonly problem?: DayProblem; readonly day?: Day }

/** What providers were last told of each feeder, or why nothing; made anew after a restart. */
export type ToldDays = {
  tell(feeder: FeederConfig, at: Instant, day: DayAhead, history: LoadSeries): void
  /** What was told before counts until it runs out, so it stays beside the reason. */
  fail(group: string, at: Instant, problem: DayProblem): void
  /** @param passed newest first */
  shown(feeder: FeederConfig, passed: readonly BlockRecord[]): FeederDayShown
}

export function createToldDays(): ToldDays {
  const held = new Map<string, Told>()
  return {
    tell: (feeder, at, day, history) =>
      void held.set(feeder.group, { at, day: dayShown(feeder, day, history) }),
    fail: (group, at, problem) => {
      const { day } = held.get(group) ?? {}
      held.set(group, { at, problem, ...(day !== undefined && { day }) })
    },
    shown({ group, ratedWatts }, passed) {
      const { at, problem, day } = held.get(group) ?? {}
      return {
        group,
        ratedWatts,
        at: at === undefined ? null : toIso(at),
        problem:
          problem === undefined ? null : { reason: problem, words: dayProblemWords[problem] },
        day: day ?? null,
        passed: passed.slice(0, blocksPerDay).toReversed().flatMap(passedShown),
      }
    },
  }
}

function dayShown(
  { ratedWatts, contracts }: FeederConfig,
  { forecasts, atRisk, expected, by }: DayAhead,
  history: LoadSeries,
): Day {
  const { from, loadWatts, marginWatts } = expected
  // Baselines are of the same day, of which some blocks may be over.
  const asLong = (watts: readonly number[] | undefined) => watts?.slice(-loadWatts.length) ?? null
  const accuracy = accuracyOf(history, by.forecaster)
  return {
    from: toIso(from),
    marginWatts,
    usesTemperature: by.usesTemperature,
    forecastWatts: [...loadWatts],
    persistenceWatts: asLong(persistence(history)),
    previousDayWatts: asLong(previousDay(history)),
    errorWatts: {
      forecast: accuracy.forecast ?? null,
      persistence: accuracy.persistence ?? null,
      previousDay: accuracy.previousDay ?? null,
    },
    spareWatts: spareWatts({ ratedWatts, marginWatts }, loadWatts),
    allotments: contracts.map(({ provider, contractedWatts }) => {
      const told = (type: string) =>
        (forecasts.get(provider) ?? []).find((each) => each.type === type)?.blocks ?? []
      return {
        provider,
        contractedWatts,
        fallbackWatts: told('FALLBACK_CONSUMPTION')[0]?.capacity ?? 0,
        watts: told('CONSUMPTION').map(({ capacity }) => capacity),
      }
    }),
    atRisk: atRisk.map(toIso),
  }
}

/** What providers have reported is left out: less the sum of all chargers it might be of one home. */
function passedShown({ from, expected, meteredWatts, breaches }: BlockRecord) {
  if (expected === undefined) return []
  const { forecastWatts, allotted } = expected
  return [
    {
      from: toIso(from),
      forecastWatts,
      allottedWatts: Object.values(allotted).reduce((sum, watts) => sum + watts, 0),
      meteredWatts: meteredWatts ?? null,
      breaches: breaches?.map(breachShown) ?? null,
    },
  ]
}
