import type { Instant } from '@interlock/kernel'
import { localTime } from './local-time.ts'

/** Whole hours, civil time in Great Britain, at which a charger without a schedule does not charge. */
export type QuietHours = {
  /** 0 is Sunday, as in {@link localTime}. */
  readonly weekdays: readonly number[]
  readonly fromHour: number
  /** Up to 24; after `fromHour`. */
  readonly untilHour: number
}

/** Of regulation 10 of SI 2021/1467: what every charger is sold with. */
export const defaultQuietHours: readonly QuietHours[] = [
  { weekdays: [1, 2, 3, 4, 5], fromHour: 8, untilHour: 11 },
  { weekdays: [1, 2, 3, 4, 5], fromHour: 16, untilHour: 22 },
]

/**
 * What the owner has made of the default hours (regulation 10): taken as they are, taken away, or
 * others in their place. Not to have answered yet is to have the default.
 */
export type HoursChoice =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'removed' }
  | { readonly kind: 'changed'; readonly quiet: readonly QuietHours[] }

/** What rules at one charger, and what takes its place at a moment. */
export type HoursInForce = {
  readonly quiet: readonly QuietHours[]
  readonly next?: { readonly quiet: readonly QuietHours[]; readonly from: Instant }
}

/** Of a charger whose owner has chosen nothing else. */
export const soldHours: HoursInForce = { quiet: defaultQuietHours }

/** The same as far as it still matters at `now`. */
export const hoursFrom = (hours: HoursInForce, now: Instant): HoursInForce =>
  hours.next === undefined || now < hours.next.from ? hours : { quiet: hours.next.quiet }

/** Rows of a choice: two for each day of the week. */
export const quietHoursMax = 14

export const quietHoursOf = (choice: HoursChoice | undefined): readonly QuietHours[] =>
  choice === undefined || choice.kind === 'accepted'
    ? defaultQuietHours
    : choice.kind === 'removed'
      ? []
      : choice.quiet

export function isQuiet(at: Instant, quiet: readonly QuietHours[]): boolean {
  const { hour, weekday } = localTime(at)
  return quiet.some(
    ({ weekdays, fromHour, untilHour }) =>
      weekdays.includes(weekday) && hour >= fromHour && hour < untilHour,
  )
}

/** Whether hours that somebody has entered are ones: at most {@link quietHoursMax}, whole, in order. */
export const areQuietHours = (quiet: readonly QuietHours[]): boolean =>
  quiet.length > 0 && areHoursOrNone(quiet)

/** The same, and none at all is an answer too. */
export const areHoursOrNone = (quiet: readonly QuietHours[]): boolean =>
  quiet.length <= quietHoursMax &&
  quiet.every(
    ({ weekdays, fromHour, untilHour }) =>
      weekdays.length > 0 &&
      weekdays.length <= 7 &&
      weekdays.every((day) => isWhole(day, 0, 6)) &&
      isWhole(fromHour, 0, 23) &&
      isWhole(untilHour, fromHour + 1, 24),
  )

const isWhole = (value: number, low: number, high: number): boolean =>
  Number.isInteger(value) && value >= low && value <= high
