import { isCalendarDate, isExecution, type CalendarDay, type Execution } from './calendar-day.ts'

/** From `atSeconds` after midnight, UTC, a register counts: see {@link registers}. */
export type TariffSwitch = { readonly atSeconds: number; readonly register: number }
/** The parameters of ECS01a, the tariff of what a meter imports. */
export type ImportTariff = {
  readonly seasons: readonly {
    readonly name: string
    readonly start: CalendarDay
    readonly week: number
  }[]
  /** The day profile of each day of a week, Monday first. */
  readonly weeks: readonly { readonly name: number; readonly days: readonly number[] }[]
  readonly days: readonly { readonly name: number; readonly switches: readonly TariffSwitch[] }[]
  readonly specialDays: readonly { readonly date: CalendarDay; readonly day: number }[]
  /** For each of the eight block registers the energy at which its blocks end, in the unit of the meter. */
  readonly thresholds: readonly (readonly number[])[]
  /** A day, in units of 10^`standingChargeScale` pounds. */
  readonly standingCharge: number
  readonly standingChargeScale: number
  /** A kilowatt-hour, in units of 10^`priceScale` pounds: first by time of use, then block by block. */
  readonly prices: readonly number[]
  readonly priceScale: number
  /** Of all its tables together. */
  readonly execution: Execution
}

/** Numbers of registers: those by time of use, and the eight that each have blocks. */
export const registers = {
  timeOfUse: { first: 1, count: 48 },
  block: { first: 101, count: 8, blocks: 4 },
} as const
export const importTariffPrices =
  registers.timeOfUse.count + registers.block.count * registers.block.blocks

export const importTariffMost = {
  seasons: 4,
  weeks: 4,
  days: 16,
  switches: 48,
  specialDays: 50,
  thresholds: 3,
} as const
const daySeconds = 86_400
const weekDays = 7
const nameBytesMax = 20

const within = (value: number, low: number, high: number): boolean =>
  Number.isInteger(value) && value >= low && value <= high
const rises = (values: readonly number[]): boolean =>
  values.every((value, at) => at === 0 || value > (values[at - 1] ?? value))
const isScale = (value: number): boolean => within(value, -0x80, 0x7f)
const isPrice = (value: number): boolean => within(value, -0x8000, 0x7fff)
const isRegister = (register: number): boolean =>
  Object.values(registers).some(({ first, count }) => within(register, first, first + count - 1))

export const areSeasons = ({ seasons }: Pick<ImportTariff, 'seasons'>): boolean =>
  within(seasons.length, 1, importTariffMost.seasons) &&
  seasons.every(
    ({ name, start, week }) =>
      /^[ -~]+$/.test(name) &&
      name.length <= nameBytesMax &&
      isCalendarDate(start) &&
      within(week, 1, importTariffMost.weeks),
  )

export const areWeeks = ({ weeks }: Pick<ImportTariff, 'weeks'>): boolean =>
  within(weeks.length, 1, importTariffMost.weeks) &&
  weeks.every(
    ({ name, days }) =>
      within(name, 1, importTariffMost.weeks) && days.length === weekDays && days.every(isDayName),
  ) &&
  rises(weeks.map(({ name }) => name))
const isDayName = (name: number): boolean => within(name, 1, importTariffMost.days)

export const areDays = ({ days }: Pick<ImportTariff, 'days'>): boolean =>
  within(days.length, 1, importTariffMost.days) &&
  days.every(({ name, switches }) => isDayName(name) && areSwitches(switches)) &&
  rises(days.map(({ name }) => name))
const areSwitches = (switches: readonly TariffSwitch[]): boolean =>
  within(switches.length, 1, importTariffMost.switches) &&
  switches.every(
    ({ atSeconds, register }) => within(atSeconds, 0, daySeconds - 1) && isRegister(register),
  ) &&
  rises(switches.map(({ atSeconds }) => atSeconds))

export const areSpecialDays = ({ specialDays }: Pick<ImportTariff, 'specialDays'>): boolean =>
  specialDays.length <= importTariffMost.specialDays &&
  specialDays.every(({ date, day }) => isCalendarDate(date) && isDayName(day))

export const areThresholds = ({ thresholds }: Pick<ImportTariff, 'thresholds'>): boolean =>
  thresholds.length === registers.block.count &&
  thresholds.every(
    (ends) =>
      within(ends.length, 1, importTariffMost.thresholds) &&
      ends.every((end) => within(end, 0, 0xffff_ffff)) &&
      rises(ends),
  )

export const isStandingCharge = ({
  standingCharge,
  standingChargeScale,
}: Pick<ImportTariff, 'standingCharge' | 'standingChargeScale'>): boolean =>
  isPrice(standingCharge) && isScale(standingChargeScale)

export const arePrices = ({
  prices,
  priceScale,
}: Pick<ImportTariff, 'prices' | 'priceScale'>): boolean =>
  prices.length === importTariffPrices && prices.every(isPrice) && isScale(priceScale)

/** Whether every week and day that is spoken of is there. */
const isClosed = ({ seasons, weeks, days, specialDays }: ImportTariff): boolean => {
  const weekNames = new Set(weeks.map(({ name }) => name))
  const dayNames = new Set(days.map(({ name }) => name))
  return (
    seasons.every(({ week }) => weekNames.has(week)) &&
    weeks.every((week) => week.days.every((day) => dayNames.has(day))) &&
    specialDays.every(({ day }) => dayNames.has(day))
  )
}

export const isImportTariff = (tariff: ImportTariff): boolean =>
  areSeasons(tariff) &&
  areWeeks(tariff) &&
  areDays(tariff) &&
  areSpecialDays(tariff) &&
  areThresholds(tariff) &&
  isStandingCharge(tariff) &&
  arePrices(tariff) &&
  isExecution(tariff.execution) &&
  isClosed(tariff)
