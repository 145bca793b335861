import type { Instant } from '@interlock/kernel'
import {
  ascending,
  constantLevel,
  levelOf,
  limitAt,
  mergePeriods,
  wholeSecond,
  type Schedule,
} from '@interlock/power'

/** A driver's provider wants no more than this for one session. */
export type Wish = { readonly transactionId: string; readonly schedule: Schedule }

/** The schedule, and nowhere more than was wished for; a wish lowers, and raises nothing. */
export function underWish(schedule: Schedule, wish: Schedule | undefined): Schedule {
  if (wish === undefined) return schedule
  const wished = levelOf(wish, constantLevel(Infinity))
  const { from, until } = schedule
  const starts = ascending([
    ...schedule.periods.map((period) => period.from),
    ...wished.changes(from, until).filter((at) => at < until),
  ])
  const periods = starts.map((at) => ({
    from: at,
    limitWatts: Math.min(limitAt(schedule, at) ?? 0, wished.at(at)),
  }))
  return { from, until, periods: mergePeriods(periods) }
}

/** What is left of it; `undefined` where it does not reach. */
export function remainingOf(schedule: Schedule, now: Instant): Schedule | undefined {
  const from = wholeSecond(now)
  const limitWatts = limitAt(schedule, now)
  if (limitWatts === undefined || from >= schedule.until) return undefined
  const later = schedule.periods.filter((period) => period.from > from)
  return { from, until: schedule.until, periods: [{ from, limitWatts }, ...later] }
}
