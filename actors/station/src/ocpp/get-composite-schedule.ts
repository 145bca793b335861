import { inSeconds, plus, toIso } from '@interlock/kernel'
import type { Handler } from '@interlock/ocpp'
import {
  asPeriods,
  compositeSchedule,
  fallbackLevel,
  limitsWithin,
  wholeSecond,
  type ChargingSchedulePeriod,
  type RateUnit,
} from '@interlock/power'
import { installed } from '../core/profiles.ts'
import { stackOf } from '../session.ts'
import type { Station } from '../station.ts'

const durationSecondsMax = 86_400
/** ChargingSchedulePeriodType occurs so often in one schedule at most. */
const periodsMax = 1_024

/** K08: what the installed profiles and what holds without them make together. */
export const getCompositeSchedule =
  (station: Station): Handler<'GetCompositeSchedule'> =>
  (request) => {
    const { evseId } = request
    // K08.FR.05, K08.FR.07
    if (evseId !== 0 && evseId !== station.evse) return rejected('UnknownEvse')
    const chargingRateUnit = request.chargingRateUnit ?? 'W'
    if (!unitsOf(station).includes(chargingRateUnit)) return rejected('UnsupportedRateUnit')
    const from = wholeSecond(station.deps.clock.now())
    const duration = Math.min(request.duration, durationSecondsMax)
    const [first, ...others] =
      station.mode === 'standard'
        ? stacked(station, request, duration)
        : scheduled(station, duration)
    if (first === undefined) return rejected('NoSchedule')
    return {
      status: 'Accepted',
      schedule: {
        evseId,
        duration,
        scheduleStart: toIso(from),
        chargingRateUnit,
        chargingSchedulePeriod: [first, ...others],
      },
    }
  }

const rejected = (reasonCode: string) =>
  ({ status: 'Rejected', statusInfo: { reasonCode } }) as const

/** A supervised station's plans are in watts. */
const unitsOf = ({ mode, model }: Station): readonly string[] =>
  mode === 'supervised' ? ['W'] : model.setting('SmartChargingCtrlr', 'RateUnit')

function stacked(
  station: Station,
  { chargingRateUnit = 'W' }: { readonly chargingRateUnit?: RateUnit },
  seconds: number,
): ChargingSchedulePeriod[] {
  const from = wholeSecond(station.deps.clock.now())
  const stack = stackOf(station, station.keeper.memory, from)
  return asPeriods(
    limitsWithin(stack, from, plus(from, inSeconds(seconds)), periodsMax),
    chargingRateUnit,
  )
}

function scheduled(station: Station, seconds: number): ChargingSchedulePeriod[] {
  const { deps, keeper, ratings } = station
  const from = wholeSecond(deps.clock.now())
  const until = plus(from, inSeconds(seconds))
  const fallback = fallbackLevel(ratings.ratingWatts)
  const schedule = compositeSchedule(installed(keeper.memory.profiles), fallback, from, until)
  return schedule.periods.map((period) => ({
    startPeriod: Math.floor((period.from - from) / 1000),
    limit: period.limitWatts,
  }))
}
