import { instant, type Instant } from '@interlock/kernel'

/** What the meter's register read when a half-hour began. */
export type HalfHourRead = { readonly at: Instant; readonly wattHours: number }

const halfHourMillis = 30 * 60_000
/** Read later than that after its beginning, it would not tell the half-hour's energy. */
const lateMillisMax = 60_000

export const halfHourOf = (now: Instant): Instant => instant(now - (now % halfHourMillis))
export const nextHalfHour = (now: Instant): Instant => instant(halfHourOf(now) + halfHourMillis)

/** Whether what is read now is what the half-hour began with. */
export const isOnTime = (now: Instant): boolean => now - halfHourOf(now) <= lateMillisMax

/** The last two readings, with the one of `now` if it is of a half-hour that has just begun. */
export function noteRegister(
  reads: readonly HalfHourRead[],
  now: Instant,
  wattHours: number,
): readonly HalfHourRead[] {
  const at = halfHourOf(now)
  const last = reads.at(-1)
  if (!isOnTime(now) || (last !== undefined && last.at >= at)) return reads
  return [...reads.slice(-1), { at, wattHours }]
}

/** Energy of the last whole half-hour; `undefined` where either end was not read. */
export function lastHalfHour(reads: readonly HalfHourRead[], now: Instant): number | undefined {
  const at = halfHourOf(now)
  const end = reads.find((each) => each.at === at)
  const begin = reads.find((each) => each.at === at - halfHourMillis)
  return begin === undefined || end === undefined ? undefined : end.wattHours - begin.wattHours
}
