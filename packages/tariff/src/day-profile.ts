import { calendarOf, weekdayOf } from './civil-time.ts'
import type { Season, Switch, TimeOfUse, YearlyDate } from './tariff.ts'

/**
 * The switches of one day: of the special day that it is (a date with a year before one of every
 * year), else of its day of the week in the season that began last.
 */
export function switchesOf(rates: TimeOfUse, day: number): readonly Switch[] {
  const { year, monthDay } = calendarOf(day)
  const special = rates.specialDays
    .filter(({ on }) => on.monthDay === monthDay && (on.year ?? year) === year)
    .toSorted((left, right) => (right.on.year ?? 0) - (left.on.year ?? 0))[0]
  const name = special?.day ?? weekOf(rates, year, monthDay)[weekdayOf(day)]
  return rates.days.get(name ?? 0) ?? []
}

function weekOf(rates: TimeOfUse, year: number, monthDay: number): readonly number[] {
  const today = ordinal(year, monthDay)
  let latest: { season: Season; began: number } | undefined
  for (const season of rates.seasons) {
    const began = lastStart(season.from, year, today)
    if (began <= today && began > (latest?.began ?? -1)) latest = { season, began }
  }
  return rates.weeks.get(latest?.season.week ?? 0) ?? []
}

const ordinal = (year: number, monthDay: number): number => year * 10_000 + monthDay

/** The last beginning on or before today of what comes every year; else its one beginning. */
function lastStart(from: YearlyDate, year: number, today: number): number {
  if (from.year !== undefined) return ordinal(from.year, from.monthDay)
  const thisYear = ordinal(year, from.monthDay)
  return thisYear <= today ? thisYear : ordinal(year - 1, from.monthDay)
}
