import { instant, type Clock, type Instant, type StationId } from '@interlock/kernel'
import { limits } from '@interlock/contract'
import { halfHourOf, type Schedule } from '@interlock/power'
import { sameFrom } from './session-plan.ts'

/** Schedules that the budget did not allow; the same is not asked for again before its next window. */
export type OverBudget = {
  note(station: StationId, schedule: Schedule): void
  holds(station: StationId, schedule: Schedule): boolean
}

/** When the budget's next window begins. */
export const nextWindow = (now: Instant): Instant =>
  instant(halfHourOf(now) + limits.budgetWindowMillis)

export function createOverBudget(clock: Pick<Clock, 'now'>): OverBudget {
  const noted = new Map<StationId, { readonly schedule: Schedule; readonly until: Instant }>()
  return {
    note(station, schedule) {
      noted.set(station, { schedule, until: nextWindow(clock.now()) })
    },
    holds(station, schedule) {
      const over = noted.get(station)
      const now = clock.now()
      return over !== undefined && now < over.until && sameFrom(now, over.schedule, schedule)
    },
  }
}
