import { limits } from '@interlock/contract'
import { instant, ok, refused, type Instant, type Outcome } from '@interlock/kernel'
import { ocpiTime, type ChargingProfile } from '@interlock/ocpi'
import { scheduleProblem, type Schedule, type ScheduleProblem } from '@interlock/power'

/**
 * A provider's wish for a session as a schedule. Without a beginning it begins now, and without an end
 * it has the longest that any may have: what has no end can be charged to no ledger.
 */
export function scheduleOf(
  profile: ChargingProfile,
  now: Instant,
): Outcome<Schedule, ScheduleProblem | 'UnitNotWatts' | 'StartMissing'> {
  if (profile.charging_rate_unit !== 'W') return refused('UnitNotWatts')
  const { start_date_time: text, duration, charging_profile_period: told = [] } = profile
  const begin = text === undefined ? instant(Math.floor(now / 1_000) * 1_000) : ocpiTime(text)
  if (begin === undefined) return refused('StartMissing')
  const longest = limits.scheduleMillisMax
  const until = instant(begin + Math.min((duration ?? Infinity) * 1_000, longest))
  const schedule: Schedule = {
    from: begin,
    until,
    periods: told.map(({ start_period, limit }) => ({
      from: instant(begin + start_period * 1_000),
      limitWatts: oneDigit(limit),
    })),
  }
  const problem = scheduleProblem(schedule)
  return problem === undefined ? ok(schedule) : refused(problem)
}

/** A limit has one digit after the point at most (§14.6.4); the rest of it is not charged with. */
export const oneDigit = (limit: number): number => Math.floor(Number((limit * 10).toFixed(6))) / 10
