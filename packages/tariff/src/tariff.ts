import type { Instant } from '@interlock/kernel'
import type { Micropence } from './money.ts'

/** The clock by which registers switch and days begin. */
export const clocks = ['Europe/London', 'UTC'] as const
export type TariffClock = (typeof clocks)[number]

/** Every version of one tariff that is held. Where two are valid at once the higher number counts. */
export type Tariff = {
  readonly id: string
  readonly clock: TariffClock
  readonly versions: readonly TariffVersion[]
}

export type TariffVersion = {
  readonly version: number
  readonly validFrom: Instant
  /** The first instant at which it is not valid any more. */
  readonly validUntil: Instant
  /** Per day of the tariff's clock, of which any part counts whole. */
  readonly standingCharge: Micropence
  readonly rates: TimeOfUse | HalfHourly
}

/**
 * Prices of successive half-hours from `validFrom` on. Ours: the standard's tariff tables hold 48
 * registers and a calendar, which cannot say another price every half-hour of every day.
 */
export type HalfHourly = { readonly kind: 'halfHourly'; readonly prices: readonly Micropence[] }

/** The structure of the standard's tariff (DUIS service request 1.1.1). */
export type TimeOfUse = {
  readonly kind: 'timeOfUse'
  /** By number, 1 … 48; with blocks 1 … 8 in a document, 101 … 108 in the standard's message. */
  readonly registers: ReadonlyMap<number, Register>
  /** Day profiles by name, 1 … 16; until the first switch of one the last of the day before counts. */
  readonly days: ReadonlyMap<number, readonly Switch[]>
  /** The day profiles of a week by its name, 1 … 4, Monday first. */
  readonly weeks: ReadonlyMap<number, readonly number[]>
  readonly seasons: readonly Season[]
  readonly specialDays: readonly SpecialDay[]
  /** How long consumption counts towards a block before it begins again from the first. */
  readonly blockPeriod: BlockPeriod
}

export const blockPeriods = ['day', 'week', 'month'] as const
export type BlockPeriod = (typeof blockPeriods)[number]

export type Register = { readonly name: string; readonly blocks: readonly Block[] }
/** The price up to so much of the register's energy in one period; the last block has no end. */
export type Block = { readonly upToWattHours?: number; readonly price: Micropence }
/** From this second of the day the register counts, by the reading of the tariff's clock. */
export type Switch = { readonly second: number; readonly register: number }
export type Season = { readonly name: string; readonly from: YearlyDate; readonly week: number }
export type SpecialDay = { readonly on: YearlyDate; readonly day: number }
/** `monthDay` is 100 × month + day; without a year it comes back every year. */
export type YearlyDate = { readonly year?: number; readonly monthDay: number }

/** Most of each: of the time-of-use structure as the standard's schema has them, the rest ours. */
export const tariffLimits = {
  versionsMax: 400,
  registersMax: 48,
  blocksMax: 4,
  blockRegistersMax: 8,
  daysMax: 16,
  switchesMax: 48,
  weeksMax: 4,
  seasonsMax: 4,
  specialDaysMax: 50,
  /** One year of half-hours with a leap day. */
  halfHoursMax: 17_568,
  /** £100 per kilowatt-hour, or per day. */
  penceMax: 10_000,
} as const

/** The version in force at `at`; `undefined` where none is valid. */
export function versionAt(tariff: Tariff, at: Instant): TariffVersion | undefined {
  let found: TariffVersion | undefined
  for (const each of tariff.versions) {
    const valid = each.validFrom <= at && at < each.validUntil
    if (valid && (found === undefined || each.version > found.version)) found = each
  }
  return found
}
