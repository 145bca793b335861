import { instant, type Instant } from '@interlock/kernel'
import type { Level } from './level.ts'
import { defaultQuietHours, isQuiet, type HoursInForce, type QuietHours } from './quiet-hours.ts'

const hourMillis = 3_600_000

/**
 * The written fallback of a station that no schedule reaches, as it is sold: the default charging
 * hours of regulation 10 of SI 2021/1467. No charging on weekdays 08–11 and 16–22, Great Britain; the
 * rating otherwise.
 */
export const fallbackAt = (at: Instant, ratingWatts: number): number =>
  isQuiet(at, defaultQuietHours) ? 0 : ratingWatts

export const fallbackLevel = (ratingWatts: number): Level =>
  hoursLevel(ratingWatts, defaultQuietHours)

/** The same with hours that the owner has chosen. */
export const hoursLevel = (ratingWatts: number, quiet: readonly QuietHours[]): Level => ({
  at: (at) => (isQuiet(at, quiet) ? 0 : ratingWatts),
  changes: (from, until) => {
    const changes: Instant[] = []
    const first = Math.floor(from / hourMillis) * hourMillis + hourMillis
    for (let hour = first; hour <= until; hour += hourMillis) {
      if (isQuiet(instant(hour), quiet) !== isQuiet(instant(hour - 1), quiet))
        changes.push(instant(hour))
    }
    return changes
  },
})

/** The same where other hours take the place of these at a moment. */
export function hoursInForceLevel(ratingWatts: number, { quiet, next }: HoursInForce): Level {
  const before = hoursLevel(ratingWatts, quiet)
  if (next === undefined) return before
  const after = hoursLevel(ratingWatts, next.quiet)
  const moves = before.at(instant(next.from - 1)) !== after.at(next.from)
  return {
    at: (at) => (at < next.from ? before : after).at(at),
    changes: (from, until) => [
      ...before.changes(from, until).filter((at) => at < next.from),
      ...(moves && next.from > from && next.from <= until ? [next.from] : []),
      ...after.changes(from, until).filter((at) => at > next.from),
    ],
  }
}
