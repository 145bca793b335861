import { instant, type Instant } from '@interlock/kernel'
import { clockChangeAfter } from '@interlock/power'
import { calendarOf, endOfDayMillis as dayMillis, weekdayOf } from '../civil-time.ts'
import { rateAt } from '../rate-at.ts'
import type { Season, SpecialDay, Switch, Tariff, TimeOfUse, YearlyDate } from '../tariff.ts'

/** No tariff is looked at further: its changes of the clock alone would be too many seasons. */
const daysMax = 800
const weekDays = 7

/**
 * A tariff of one version by a clock that is put forward and back, as one by UTC that has the same register
 * at every instant from `from` to its end: with a season from each change of the clock on, and special days where a day
 * is like no other of its season. `undefined` where it is valid for too long.
 */
export function byUtc(tariff: Tariff, from: Instant): Tariff | undefined {
  const [version] = tariff.versions
  if (version?.rates.kind !== 'timeOfUse') return undefined
  const { rates } = version
  if (registersOf(rates).size === 1) return { ...tariff, clock: 'UTC' }
  const first = Math.floor(Math.max(from, version.validFrom) / dayMillis)
  const last = Math.ceil(version.validUntil / dayMillis) - 1
  if (last < first || last - first >= daysMax) return undefined
  const profiles = profilesOf(tariff, first, last)
  const calendar =
    profiles && calendarFrom(profiles, stretchesOf(profiles, changesOf(rates, first, last)))
  return (
    calendar && {
      ...tariff,
      clock: 'UTC',
      versions: [{ ...version, rates: { ...rates, ...calendar } }],
    }
  )
}

/** Those that some day goes by. */
function registersOf({ seasons, weeks, days, specialDays }: TimeOfUse): ReadonlySet<number> {
  const named = [
    ...seasons.flatMap(({ week }) => weeks.get(week) ?? []),
    ...specialDays.map(({ day }) => day),
  ]
  return new Set(named.flatMap((day) => days.get(day) ?? []).map(({ register }) => register))
}

/** The switches of a day of UTC, the first at its midnight. */
type Profile = { readonly day: number; readonly key: string; readonly switches: readonly Switch[] }

function profilesOf(tariff: Tariff, first: number, last: number): readonly Profile[] | undefined {
  const always = { validFrom: instant(0), validUntil: instant(Infinity) }
  const whole = { ...tariff, versions: tariff.versions.map((each) => ({ ...each, ...always })) }
  const profiles: Profile[] = []
  for (let day = first; day <= last; day++) {
    const switches: Switch[] = []
    for (let at = day * dayMillis; at < (day + 1) * dayMillis;) {
      const rate = rateAt(whole, instant(at))
      if (rate?.register === undefined) return undefined
      const { register, until } = rate
      if (register !== switches.at(-1)?.register)
        switches.push({ second: (at - day * dayMillis) / 1000, register })
      at = until
    }
    profiles.push({ day, key: JSON.stringify(switches), switches })
  }
  return profiles
}

/** The days on which another week may begin: the clock changes, or a season of the tariff begins. */
function changesOf({ seasons }: TimeOfUse, first: number, last: number): readonly number[] {
  const days = [first]
  for (let day = first + 1; day <= last; day++) {
    const { year, monthDay } = calendarOf(day)
    const isSeason = seasons.some(
      ({ from }) => from.monthDay === monthDay && (from.year ?? year) === year,
    )
    const isChange = clockChangeAfter(instant(day * dayMillis)) < (day + 1) * dayMillis
    if (isSeason || isChange) days.push(day)
  }
  return days
}

/** Days from `start` on that go by one week; what is open in it comes on no day of them. */
type Stretch = { readonly start: number; readonly week: readonly (string | undefined)[] }

function stretchesOf(profiles: readonly Profile[], starts: readonly number[]): readonly Stretch[] {
  const stretches: Stretch[] = []
  for (const [index, start] of starts.entries()) {
    const until = starts[index + 1] ?? Infinity
    const week = weekOf(profiles.filter(({ day }) => day >= start && day < until))
    const before = stretches.at(-1)
    const goesOn = before?.week.every((key, at) => isSame(key, week[at])) === true
    if (before === undefined || !goesOn) stretches.push({ start, week })
    else stretches.splice(-1, 1, { ...before, week: before.week.map((key, at) => key ?? week[at]) })
  }
  return stretches
}

const isSame = (left: string | undefined, right: string | undefined): boolean =>
  left === undefined || right === undefined || left === right

/** For each day of the week the profile that it has most often. */
const weekOf = (profiles: readonly Profile[]): readonly (string | undefined)[] =>
  Array.from({ length: weekDays }, (_, weekday) => {
    const times = new Map<string, number>()
    for (const { day, key } of profiles)
      if (weekdayOf(day) === weekday) times.set(key, (times.get(key) ?? 0) + 1)
    return [...times].toSorted(([, left], [, right]) => right - left)[0]?.[0]
  })

function calendarFrom(
  profiles: readonly Profile[],
  stretches: readonly Stretch[],
): Pick<TimeOfUse, 'days' | 'weeks' | 'seasons' | 'specialDays'> {
  const days = new Map<string, number>()
  const weeks = new Map<string, number>()
  const numberIn = (map: Map<string, number>, key: string): number => {
    const number = map.get(key) ?? map.size + 1
    map.set(key, number)
    return number
  }
  const any = profiles[0]?.key ?? ''
  const seasons: Season[] = stretches.map(({ start, week }) => {
    const named = week.map((key) => numberIn(days, key ?? any))
    const from = dateOf(start)
    return { name: nameOf(from), from, week: numberIn(weeks, named.join(' ')) }
  })
  const specialDays: SpecialDay[] = profiles.flatMap(({ day, key }) => {
    const { week } = stretches.findLast(({ start }) => start <= day) ?? {}
    return week?.[weekdayOf(day)] === key ? [] : [{ on: dateOf(day), day: numberIn(days, key) }]
  })
  const switchesOf = new Map(profiles.map(({ key, switches }) => [key, switches]))
  return {
    days: new Map([...days].map(([key, number]) => [number, switchesOf.get(key) ?? []])),
    weeks: new Map([...weeks].map(([key, number]) => [number, key.split(' ').map(Number)])),
    seasons,
    specialDays,
  }
}

const dateOf = (day: number): Required<YearlyDate> => calendarOf(day)
const nameOf = ({ year, monthDay }: Required<YearlyDate>): string => `from ${year}-${monthDay}`
