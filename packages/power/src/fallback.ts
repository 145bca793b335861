import { instant, type Instant } from '@interlock/kernel'
import type { Level } from './level.ts'
import { localTime } from './local-time.ts'

const hourMillis = 3_600_000

/**
 * The written fallback of a station that no schedule reaches: the default charging hours of
 * regulation 10 of SI 2021/1467. No charging on weekdays 08–11 and 16–22, Great Britain; the rating
 * otherwise.
 */
export const fallbackAt = (at: Instant, ratingWatts: number): number =>
  isPeak(at) ? 0 : ratingWatts

export function isPeak(at: Instant): boolean {
  const { hour, weekday } = localTime(at)
  const working = weekday >= 1 && weekday <= 5
  return working && ((hour >= 8 && hour < 11) || (hour >= 16 && hour < 22))
}

export const fallbackLevel = (ratingWatts: number): Level => ({
  at: (at) => fallbackAt(at, ratingWatts),
  changes: (from, until) => {
    const changes: Instant[] = []
    const first = Math.floor(from / hourMillis) * hourMillis + hourMillis
    for (let hour = first; hour <= until; hour += hourMillis) {
      if (isPeak(instant(hour)) !== isPeak(instant(hour - 1))) changes.push(instant(hour))
    }
    return changes
  },
})
