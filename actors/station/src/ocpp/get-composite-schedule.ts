import { inSeconds, plus, toIso } from '@interlock/kernel'
import type { Handler } from '@interlock/ocpp'
import { compositeSchedule, fallbackLevel, wholeSecond } from '@interlock/power'
import { installed } from '../core/profiles.ts'
import type { Station } from '../station.ts'

const durationSecondsMax = 86_400

/** K08: what the installed profiles and the written fallback make together. */
export const getCompositeSchedule =
  (station: Station): Handler<'GetCompositeSchedule'> =>
  ({ evseId, duration, chargingRateUnit }) => {
    const { deps, evse, ratings, keeper } = station
    if ((evseId !== 0 && evseId !== evse) || chargingRateUnit === 'A') return { status: 'Rejected' }
    const from = wholeSecond(deps.clock.now())
    const seconds = Math.min(duration, durationSecondsMax)
    const until = plus(from, inSeconds(seconds))
    const fallback = fallbackLevel(ratings.ratingWatts)
    const schedule = compositeSchedule(installed(keeper.memory.profiles), fallback, from, until)
    return {
      status: 'Accepted',
      schedule: {
        evseId,
        duration: seconds,
        scheduleStart: toIso(from),
        chargingRateUnit: 'W',
        chargingSchedulePeriod: schedule.periods.map((period) => ({
          startPeriod: Math.floor((period.from - from) / 1000),
          limit: period.limitWatts,
        })),
      },
    }
  }
