/** Times of day of the home, whatever the zone of the device that shows them. */

export const localTime = (at: number, timeZone: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'short' }).format(at)

const dayMillis = 24 * 3_600_000
const minuteMillis = 60_000

/** The next moment after `now` when clocks there show `HH:MM`; undefined when it is no time. */
export function nextLocalTime(time: string, now: number, timeZone: string): number | undefined {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time) ?? []
  if (hours === undefined || minutes === undefined) return undefined
  const wanted = Number(hours) * 60 + Number(minutes)
  const [nowHours, nowMinutes] = localTime(now, timeZone).split(':').map(Number)
  const shown = (nowHours ?? 0) * 60 + (nowMinutes ?? 0)
  const start = now - (now % minuteMillis) + (wanted - shown) * minuteMillis
  const first = start > now ? start : start + dayMillis
  // A change to or from summer time in between moves it by an hour.
  const shifts = [0, 60, -60].map((shift) => first + shift * minuteMillis)
  return shifts.find((at) => at > now && localTime(at, timeZone) === time) ?? first
}
