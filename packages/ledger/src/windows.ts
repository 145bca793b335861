import { limits, type Edge } from '@interlock/contract'

/** Number of the 30-minute window an instant lies in, counted from 1970. */
export const windowAt = (at: number): number => Math.floor(at / limits.budgetWindowMillis)

/** When a window begins, ms since 1970. */
export const windowStart = (window: number): number => window * limits.budgetWindowMillis

const dayMillis = 24 * 3_600_000

/**
 * Whether the day of the window that begins at `from` is closed to the plans of an organisation whose
 * first plan was accepted at `since`. A day that closed before it had a plan is its first day.
 */
export function isClosedToPlans(from: number, since: number, now: number): boolean {
  const closure = Math.floor(from / dayMillis) * dayMillis - limits.planClosureMillis
  return closure >= since && closure < now
}

/** An edge longer than the longest schedule and its random delay names no moment at all. */
const edgeMillisMax = limits.scheduleMillisMax + limits.randomDelaySecondsMax * 1000

/** Whether the edge is an interval that a load change can honestly have. */
export const isInterval = ({ from, until }: Edge): boolean =>
  until >= from && until - from <= edgeMillisMax

/** Every window the change may fall in; one that ends on a boundary may fall in the next window too. */
export function windowsOf({ from, until }: Edge): number[] {
  const first = windowAt(from)
  return Array.from({ length: windowAt(until) - first + 1 }, (_, i) => first + i)
}
