import type { Instant } from '@interlock/kernel'
import {
  ascending,
  levelOf,
  constantLevel,
  planSession,
  type Schedule,
  type SessionPlan,
} from '@interlock/power'
import type { MeterTariff } from '@interlock/seal'
import type { ExpectedSession } from '../config.ts'
import { expectedGoal, nextLocal, type Goal } from '../core/goal.ts'
import { remainingWattHours, type StationView } from '../core/view.ts'

export type Assumptions = {
  readonly expectedSessions: readonly ExpectedSession[]
  readonly departure: string
  readonly energyWattHours: number
  readonly arrivalToleranceMinutes: number
}

/** The driver's word, else what was expected, else what is usual. */
export function goalOf(view: StationView, now: Instant, assume: Assumptions): Goal {
  const { goal, record, transaction } = view
  if (goal !== undefined && goal.departure > now) return goal
  const since = transaction?.startedAt ?? now
  return (
    expectedGoal(
      record.stationId,
      since,
      assume.expectedSessions,
      assume.arrivalToleranceMinutes,
    ) ?? {
      departure: nextLocal(now, assume.departure),
      energyWattHours: assume.energyWattHours,
      source: 'usual',
    }
  )
}

/** The plan of a running session, on the tariff of its home; at the rating unless at less. */
export function planOf(
  view: StationView,
  goal: Goal,
  tariff: MeterTariff,
  now: Instant,
  maxWatts: number = view.record.ratingWatts,
): SessionPlan {
  return planSession({
    now,
    departure: goal.departure,
    energyWattHours: remainingWattHours(view, goal),
    maxWatts,
    prices: tariff.prices,
    slackSeconds: view.record.delaySecondsMax,
  })
}

/** Differences that are shorter than this in all are not worth a command and its budget. */
const differenceMillisMin = 5 * 60_000

/** Whether two schedules allow as good as the same from now on. */
export function sameFrom(now: Instant, held: Schedule | undefined, next: Schedule): boolean {
  if (held === undefined || held.until !== next.until) return false
  const nothing = constantLevel(-1)
  const [before, after] = [levelOf(held, nothing), levelOf(next, nothing)]
  const changes = [...before.changes(now, next.until), ...after.changes(now, next.until)]
  const starts = ascending([now, ...changes])
  const different = starts.map((at, n) =>
    before.at(at) === after.at(at) ? 0 : (starts[n + 1] ?? next.until) - at,
  )
  return different.reduce((sum, each) => sum + each, 0) < differenceMillisMin
}
