import type { PreCommand } from './pre-command.ts'

/** The home a pre-command is for, as pinned when this device was enrolled. */
export type Place = {
  /** "12 Acacia Avenue" */
  readonly place: string
  readonly ratingWatts: number
  /** IANA name, for the times shown. */
  readonly timeZone: string
}

/** Up to this much before or after `now` a start is "now". */
const nowMillis = 2 * 60_000

/**
 * What will be signed, in one sentence made from the decoded bytes:
 * "Charge now at up to 7.4 kW at 12 Acacia Avenue until 20:30".
 */
export function sentenceOf(said: PreCommand, home: Place, now: number): string {
  const until = momentOf(said.until, now, home.timeZone)
  const start = Math.abs(said.from - now) <= nowMillis
  const when = start ? 'now' : `from ${momentOf(said.from, now, home.timeZone)}`
  if (said.levelPercent === 0) {
    return `Stop charging ${when} at ${home.place} and stay stopped until ${until}`
  }
  const power = kilowatts((home.ratingWatts * said.levelPercent) / 100)
  const verb = said.direction === 'import' ? 'Charge' : 'Feed the grid'
  return `${verb} ${when} at up to ${power} at ${home.place} until ${until}`
}

/** Watts as people read them: "7.4 kW". */
export const kilowatts = (watts: number): string =>
  `${new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 }).format(watts / 1000)} kW`

/** "20:30", or "20:30 on 6 January" when that is not today. */
export function momentOf(at: number, now: number, timeZone: string): string {
  const time = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'short' }).format(at)
  const day = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    day: 'numeric',
    month: 'long',
    ...(sameYear(at, now) ? {} : { year: 'numeric' }),
  })
  return day.format(at) === day.format(now) ? time : `${time} on ${day.format(at)}`
}

const sameYear = (left: number, right: number): boolean =>
  new Date(left).getUTCFullYear() === new Date(right).getUTCFullYear()
