import { instant, type Instant } from '@interlock/kernel'
import type { HalfHour } from '@interlock/topics'

const halfHourMillis = 1_800_000
const dayMillis = 24 * 3_600_000
export const daysMax = 10
/** One evening away from home is no habit. */
const daysMin = 3

/**
 * What a member would use without a call, in watts: the mean of that half-hour of the day on the last days that are
 * known. `undefined` where too few are.
 */
export function baselineWatts(known: readonly HalfHour[], when: Instant): number | undefined {
  const at = instant(Math.floor(when / halfHourMillis) * halfHourMillis)
  const days = known.filter(
    ({ from }) => from < at && from >= at - daysMax * dayMillis && (at - from) % dayMillis === 0,
  )
  if (days.length < daysMin) return undefined
  const wattHours = days.reduce((sum, each) => sum + each.wattHours, 0) / days.length
  return Math.round(wattHours * (3_600_000 / halfHourMillis))
}
