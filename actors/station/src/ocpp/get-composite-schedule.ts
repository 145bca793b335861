import { inSeconds, plus, toIso, type Instant } from '@interlock/kernel'
import type { Handler } from '@interlock/ocpp'
import {
  asPeriods,
  compositeSchedule,
  limitsWithin,
  wholeSecond,
  type ChargingSchedulePeriod,
  type RateUnit,
} from '@interlock/power'
import { fallbackOf } from '../core/charger.ts'
import { installed } from '../core/profiles.ts'
import { stackOf } from '../session.ts'
import { fallbackWatts } from '../gate-state.ts'
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
    const now = station.deps.clock.now()
    // Plans of a supervised station are of whole seconds; other profiles begin when they like, and
    // one that began within this second is in force.
    const from = station.mode === 'standard' ? now : wholeSecond(now)
    const duration = Math.min(request.duration, durationSecondsMax)
    const until = plus(from, inSeconds(duration))
    const [first, ...others] =
      station.mode === 'standard'
        ? stacked(station, request, from, until)
        : scheduled(station, from, until)
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
  from: Instant,
  until: Instant,
): ChargingSchedulePeriod[] {
  const stack = stackOf(station, station.keeper.memory, from)
  return asPeriods(limitsWithin(stack, from, until, periodsMax), chargingRateUnit)
}

function scheduled(
  { keeper, ratings }: Station,
  from: Instant,
  until: Instant,
): ChargingSchedulePeriod[] {
  const { memory } = keeper
  const fallback = fallbackOf(memory.charger, fallbackWatts(memory, ratings))
  const schedule = compositeSchedule(installed(memory.profiles), fallback, from, until)
  return schedule.periods.map((period) => ({
    startPeriod: Math.floor((period.from - from) / 1000),
    limit: period.limitWatts,
  }))
}
