import {
  between,
  fromIso,
  inHours,
  inMinutes,
  instant,
  plus,
  type Instant,
} from '@interlock/kernel'
import { localMidnight, localTime } from '@interlock/power'

/** When the driver leaves and what must be in the car by then. */
export type Goal = {
  readonly departure: Instant
  /** Wanted in this charge, counted from `fromWattHours` of the meter. */
  readonly energyWattHours: number
  readonly source: 'driver' | 'expected' | 'usual'
}

/** The instant of a civil time on the day that starts at that local midnight. */
export function localInstant(midnight: Instant, time: string): Instant {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  const at = plus(plus(midnight, inHours(hour)), inMinutes(minute))
  const off = hour - localTime(at).hour
  // The day on which clocks change is an hour shorter or longer.
  return off === 1 || off === -23 ? plus(at, inHours(1)) : off === -1 ? plus(at, inHours(-1)) : at
}

/** The first time after `at` that a clock in Great Britain shows that time. */
export function nextLocal(at: Instant, time: string): Instant {
  const today = localMidnight(at)
  const tomorrow = localMidnight(plus(today, inHours(26)))
  const found = [today, tomorrow].map((day) => localInstant(day, time)).find((each) => each > at)
  return found ?? localInstant(localMidnight(plus(tomorrow, inHours(26))), time)
}

export type Expected = {
  readonly stationId: string
  readonly arrival: string
  readonly departure: string
  readonly energyWattHours: number
}
export type Occurrence = {
  readonly stationId: string
  readonly arrival: Instant
  readonly departure: Instant
  readonly energyWattHours: number
}

/** The stays that overlap `[from, until)`, in order of arrival and station. */
export function occurrences(
  expected: readonly Expected[],
  from: Instant,
  until: Instant,
): Occurrence[] {
  return expected
    .flatMap((entry) => stays(entry, from, until))
    .filter((stay) => stay.departure > from && stay.arrival < until)
    .sort((a, b) => a.arrival - b.arrival || order(a.stationId, b.stationId))
}

function stays(entry: Expected, from: Instant, until: Instant): Occurrence[] {
  const { stationId, energyWattHours } = entry
  const stay = (arrival: Instant): Occurrence => ({
    stationId,
    energyWattHours,
    arrival,
    departure: momentAfter(arrival, entry.departure),
  })
  const once = dateTime(entry.arrival)
  if (once !== undefined) return [stay(once)]
  const found: Occurrence[] = []
  let day = localMidnight(plus(from, inHours(-24)))
  while (day < until) {
    found.push(stay(localInstant(day, entry.arrival)))
    day = localMidnight(plus(day, inHours(26)))
  }
  return found
}

/** `HH:MM` is the next one after the arrival. */
const momentAfter = (arrival: Instant, moment: string): Instant =>
  dateTime(moment) ?? nextLocal(arrival, moment)

function dateTime(moment: string): Instant | undefined {
  if (!moment.includes('T')) return undefined
  return fromIso(/T\d\d:\d\dZ$/.test(moment) ? moment.replace('Z', ':00Z') : moment)
}

/** The stay that a vehicle at this station most likely is, an hour early or late. */
export function expectedGoal(
  stationId: string,
  now: Instant,
  expected: readonly Expected[],
  toleranceMinutes: number,
): Goal | undefined {
  const own = expected.filter((entry) => entry.stationId === stationId)
  const early = plus(now, inMinutes(toleranceMinutes))
  const candidates = occurrences(own, now, instant(early + 1))
  const nearest = candidates.sort(
    (a, b) => Math.abs(between(now, a.arrival)) - Math.abs(between(now, b.arrival)),
  )[0]
  if (nearest === undefined) return undefined
  return {
    departure: nearest.departure,
    energyWattHours: nearest.energyWattHours,
    source: 'expected',
  }
}

export const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
