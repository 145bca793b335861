import { instant, type Instant } from '@interlock/kernel'

const hourMillis = 3_600_000
const dayMillis = 24 * hourMillis

/**
 * Civil time in Great Britain. Summer time runs from 01:00 UTC on the last Sunday of March to 01:00
 * UTC on the last Sunday of October (Summer Time Order 2002).
 */
export function localTime(at: Instant): { hour: number; weekday: number } {
  const local = new Date(at + (summerTime(at) ? hourMillis : 0))
  return { hour: local.getUTCHours(), weekday: local.getUTCDay() }
}

export function summerTime(at: Instant): boolean {
  const year = new Date(at).getUTCFullYear()
  return at >= lastSunday(year, 2) && at < lastSunday(year, 9)
}

/** When summer time next begins or ends. */
export function clockChangeAfter(at: Instant): Instant {
  const year = new Date(at).getUTCFullYear()
  const changes = [lastSunday(year, 2), lastSunday(year, 9), lastSunday(year + 1, 2)]
  return instant(changes.find((change) => change > at) ?? Infinity)
}

/** 01:00 UTC on the last Sunday of a month of 31 days; months count from 0. */
function lastSunday(year: number, month: number): number {
  const last = Date.UTC(year, month, 31, 1)
  return last - new Date(last).getUTCDay() * dayMillis
}

/** Midnight, Great Britain, at or before that instant. */
export function localMidnight(at: Instant): Instant {
  let midnight = Math.floor(at / hourMillis) * hourMillis
  while (localTime(instant(midnight)).hour !== 0) midnight -= hourMillis
  return instant(midnight)
}
