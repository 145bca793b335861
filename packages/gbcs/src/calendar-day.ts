import { sameBytes, type Instant } from '@interlock/kernel'
import { dateTimeBytes, decodeDateTime, encodeDateTime, isRepresentable } from './date-time.ts'

/** A date of a calendar; only its year may be left open. */
export type CalendarDay = {
  readonly year: number | 'any'
  readonly month: number
  readonly day: number
}
/** Bytes of a DLMS date: `yyyy mm dd FF`, any year is `FFFF`. */
export const dateBytes = 5
const anyYear = 0xffff

const within = (value: number, low: number, high: number): boolean =>
  Number.isInteger(value) && value >= low && value <= high

/** A day that there is: of any year, one that some year has. */
export const isCalendarDate = ({ year, month, day }: CalendarDay): boolean =>
  (year === 'any' || within(year, 2000, 2099)) &&
  within(month, 1, 12) &&
  within(day, 1, daysIn(year === 'any' ? leapYear : year, month))
const leapYear = 2000
/** The day before the first of the next month. */
const daysIn = (year: number, month: number): number =>
  new Date(Date.UTC(year, month, 0)).getUTCDate()

export function encodeDate({ year, month, day }: CalendarDay): readonly number[] {
  const number = year === 'any' ? anyYear : year
  return [number >> 8, number & 0xff, month, day, 0xff]
}

export function decodeDate(bytes: Uint8Array): CalendarDay | undefined {
  const [high = 0, low = 0, month = 0, day = 0] = bytes
  const year = (high << 8) | low
  const date: CalendarDay = { year: year === anyYear ? 'any' : year, month, day }
  return isCalendarDate(date) ? date : undefined
}

/** When a device is to carry out what it is sent; `never` cancels what it was to carry out later. */
export type Execution = 'atOnce' | 'never' | Instant
export const executionBytes = dateTimeBytes

const unspecified = { atOnce: 0x00, never: 0xff } as const
const openDate = (byte: number): Uint8Array =>
  Uint8Array.of(...Array.from({ length: 9 }, () => byte), 0x80, 0x00, 0xff)

export const isExecution = (execution: Execution): boolean =>
  typeof execution === 'string' || isRepresentable(execution)

export const encodeExecution = (execution: Execution): Uint8Array =>
  typeof execution === 'string' ? openDate(unspecified[execution]) : encodeDateTime(execution)

export const decodeExecution = (bytes: Uint8Array): Execution | undefined =>
  (['atOnce', 'never'] as const).find((each) => sameBytes(openDate(unspecified[each]), bytes)) ??
  decodeDateTime(bytes)
