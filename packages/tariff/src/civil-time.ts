import { instant, type Instant } from '@interlock/kernel'
import { clockChangeAfter, summerTime } from '@interlock/power'
import type { TariffClock } from './tariff.ts'

const dayMillis = 24 * 3_600_000

/** What the tariff's clock shows: days counted from 1970-01-01, and the time since midnight. */
export type CivilTime = { readonly day: number; readonly millis: number }

/** By how much the clock is ahead of UTC. */
const aheadMillis = (clock: TariffClock, at: number): number =>
  clock === 'Europe/London' && summerTime(instant(at)) ? 3_600_000 : 0

export function civilTime(clock: TariffClock, at: Instant): CivilTime {
  const local = at + aheadMillis(clock, at)
  const day = Math.floor(local / dayMillis)
  return { day, millis: local - day * dayMillis }
}

/** When the clock, shown at `at`, gets to `millis` of its day, or is put forward or back before. */
export function whenShown(clock: TariffClock, at: Instant, millis: number): Instant {
  const shown = at + millis - civilTime(clock, at).millis
  return instant(clock === 'UTC' ? shown : Math.min(shown, clockChangeAfter(at)))
}

/** The midnight with which a day of the clock begins. Clocks change after midnight. */
export const startOfDay = (clock: TariffClock, day: number): Instant =>
  instant(day * dayMillis - aheadMillis(clock, day * dayMillis))

/** Year, and 100 × month + day. */
export function calendarOf(day: number): { readonly year: number; readonly monthDay: number } {
  const date = new Date(day * dayMillis)
  return {
    year: date.getUTCFullYear(),
    monthDay: 100 * (date.getUTCMonth() + 1) + date.getUTCDate(),
  }
}

/** Monday 0 … Sunday 6. The first of January 1970 was a Thursday. */
export const weekdayOf = (day: number): number => (((day + 3) % 7) + 7) % 7

export const endOfDayMillis = dayMillis
