import { instant, type Instant } from '@interlock/kernel'

/** From `from` on, no more than this. */
export type Period = { readonly from: Instant; readonly limitWatts: number }

/**
 * A ceiling on charging power over an absolute interval. The first period starts with the schedule;
 * periods ascend; the last one runs to `until` (exclusive).
 */
export type Schedule = {
  readonly from: Instant
  readonly until: Instant
  readonly periods: readonly Period[]
}

export type ScheduleProblem = 'NoPeriods' | 'PeriodsUnordered' | 'PeriodOutside' | 'LimitInvalid'

/** What is wrong with the shape of a schedule; `undefined` when nothing is. */
export function scheduleProblem(schedule: Schedule): ScheduleProblem | undefined {
  const { from, until, periods } = schedule
  if (periods.length === 0 || !(until > from)) return 'NoPeriods'
  if (periods[0]?.from !== from) return 'PeriodOutside'
  for (const [at, period] of periods.entries()) {
    if (!Number.isFinite(period.limitWatts)) return 'LimitInvalid'
    const next = periods[at + 1]?.from ?? until
    if (next <= period.from) return at + 1 < periods.length ? 'PeriodsUnordered' : 'PeriodOutside'
  }
  return undefined
}

/** Joins neighbours of one level; equal input levels give equal schedules. */
export function mergePeriods(periods: readonly Period[]): Period[] {
  return periods.filter((period, at) => periods[at - 1]?.limitWatts !== period.limitWatts)
}

/** Each period with its end. */
export const spans = (schedule: Schedule): (Period & { readonly until: Instant })[] =>
  schedule.periods.map((period, at) => ({
    ...period,
    until: schedule.periods[at + 1]?.from ?? schedule.until,
  }))

/** The energy that flows when the vehicle takes all the schedule allows. */
export const scheduledWattHours = (schedule: Schedule): number =>
  spans(schedule).reduce(
    (sum, span) => sum + (span.limitWatts * (span.until - span.from)) / 3_600_000,
    0,
  )

/** The limit at that instant; `undefined` outside the schedule. */
export function limitAt(schedule: Schedule, at: Instant): number | undefined {
  if (at < schedule.from || at >= schedule.until) return undefined
  return schedule.periods.findLast((period) => period.from <= at)?.limitWatts
}

/** Down to the whole second, as OCPP carries instants. */
export const wholeSecond = (at: Instant): Instant => instant(Math.floor(at / 1000) * 1000)
