/** Branded numbers: a value with a unit cannot be passed where another unit is expected. */

declare const unit: unique symbol
export type Branded<Base, Name extends string> = Base & { readonly [unit]: Name }

/** Milliseconds since 1970-01-01T00:00:00Z, world time unless a name says otherwise. */
export type Instant = Branded<number, 'Instant'>
/** A duration in milliseconds. */
export type Millis = Branded<number, 'Millis'>
export type Seconds = Branded<number, 'Seconds'>
/** Active power. Positive is import (charging), negative is export. */
export type Watts = Branded<number, 'Watts'>
export type WattHours = Branded<number, 'WattHours'>
export type Hertz = Branded<number, 'Hertz'>

export const instant = (value: number): Instant => value as Instant
export const millis = (value: number): Millis => value as Millis
export const seconds = (value: number): Seconds => value as Seconds
export const watts = (value: number): Watts => value as Watts
export const wattHours = (value: number): WattHours => value as WattHours
export const hertz = (value: number): Hertz => value as Hertz

export const plus = (at: Instant, by: Millis): Instant => instant(at + by)
export const between = (from: Instant, to: Instant): Millis => millis(to - from)
export const inSeconds = (value: number): Millis => millis(value * 1000)
export const inMinutes = (value: number): Millis => millis(value * 60_000)
export const inHours = (value: number): Millis => millis(value * 3_600_000)

/** An RFC 3339 date-time in UTC, as every JSON interface carries it. */
export function toIso(at: Instant): string {
  // Much is answered within one millisecond.
  if (at !== lastAt) {
    lastText = new Date(at).toISOString()
    lastAt = at
  }
  return lastText
}
let lastAt: number | undefined
let lastText = ''

const dateTime = /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/

/** Parses an RFC 3339 date-time; `undefined` when it is not one, names no zone, or a day that its month has not. */
export function fromIso(text: string): Instant | undefined {
  if (!dateTime.test(text)) return undefined
  const value = Date.parse(text)
  return Number.isNaN(value) || !hasDay(text) ? undefined : instant(value)
}

/** `Date.parse` takes 30 February for 2 March. */
function hasDay(text: string): boolean {
  const day = Number(text.slice(8, 10))
  if (day <= 28) return true
  return new Date(Date.parse(`${text.slice(0, 10)}T00:00:00Z`)).getUTCDate() === day
}
