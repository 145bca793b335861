import { limits, type DayAheadPlan } from '@interlock/contract'
import { instant, type Instant } from '@interlock/kernel'

/** What one EVSE may move when the grid calls. */
export type Share = { readonly ratingWatts: number; readonly curveSpanPercent: number }

/**
 * The day-ahead plan of a holding that may respond at any time: in every window, the change and the
 * return of each arm at the whole rating, and the span of its curve, as both ledgers charge them.
 */
export function responsePlan(
  shares: readonly Share[],
  window: { readonly from: Instant; readonly until: Instant },
  account: { readonly organisation: string; readonly region: string },
): DayAheadPlan {
  const swingWatts = shares.reduce(
    (sum, share) =>
      sum + 2 * share.ratingWatts + Math.ceil((share.ratingWatts * share.curveSpanPercent) / 100),
    0,
  )
  const { budgetWindowMillis, randomDelaySecondsMax } = limits
  const last = window.until + randomDelaySecondsMax * 1000
  const windows: { from: number; swingWatts: number }[] = []
  let from = Math.floor(window.from / budgetWindowMillis) * budgetWindowMillis
  for (; from <= last; from += budgetWindowMillis) windows.push({ from, swingWatts })
  return { ...account, windows }
}

/** The first window for which a plan made now counts: ledgers keep what they had for earlier ones. */
export const firstPlanned = (now: Instant): Instant => {
  const { budgetWindowMillis } = limits
  return instant((Math.floor(now / budgetWindowMillis) + 2) * budgetWindowMillis)
}
