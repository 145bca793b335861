import { fromIso, instant, type Instant } from '@interlock/kernel'
import type { ChargingProfile, ChargingSchedulePeriod } from './charging-profile.ts'

const dayMillis = 24 * 3_600_000
const recurrences = { Daily: dayMillis, Weekly: 7 * dayMillis } as const

/** Later than anything that is scheduled. */
export const never = instant(8_640_000_000_000_000)

/** What one profile says at an instant, and until when it says so. */
export type Saying = {
  /** Absent where the profile is silent. */
  readonly period?: ChargingSchedulePeriod
  readonly until: Instant
}

/**
 * Reads one profile at `at`: its validity (K01.FR.36), its kind, its duration and its periods. Of
 * several schedules the first counts; the others are a vehicle's choice (ISO 15118).
 *
 * @param anchor where a relative schedule begins: the start of the transaction, or of the question.
 */
export function profileAt(profile: ChargingProfile, at: Instant, anchor: Instant): Saying {
  const validFrom = time(profile.validFrom) ?? instant(-Infinity)
  const validTo = time(profile.validTo) ?? never
  if (at >= validTo) return { until: never }
  if (at < validFrom) return { until: validFrom }
  const { period, until } = scheduleAt(profile, at, anchor)
  const end = instant(Math.min(until, validTo))
  return period === undefined ? { until: end } : { period, until: end }
}

function scheduleAt(profile: ChargingProfile, at: Instant, anchor: Instant): Saying {
  const [schedule] = profile.chargingSchedule
  if (schedule === undefined) return { until: never }
  const given = time(schedule.startSchedule)
  const first = profile.chargingProfileKind === 'Relative' ? anchor : (given ?? anchor)
  if (at < first) return { until: first }
  const round = roundMillis(profile)
  const rounds = round === undefined ? 0 : Math.floor((at - first) / round)
  const start = first + rounds * (round ?? 0)
  const next = instant(round === undefined ? never : start + round)
  const lasts = schedule.duration === undefined ? Infinity : schedule.duration * 1000
  const end = instant(Math.min(start + lasts, next))
  if (at >= end) return { until: next }
  const offset = (at - start) / 1000
  const index = schedule.chargingSchedulePeriod.findLastIndex(
    (period) => period.startPeriod <= offset,
  )
  const period = schedule.chargingSchedulePeriod[index]
  const following = schedule.chargingSchedulePeriod[index + 1]
  const until =
    following === undefined ? end : instant(Math.min(end, start + following.startPeriod * 1000))
  return period === undefined ? { until } : { period, until }
}

const roundMillis = ({ chargingProfileKind, recurrencyKind }: ChargingProfile) =>
  chargingProfileKind === 'Recurring' ? recurrences[recurrencyKind ?? 'Daily'] : undefined

const time = (text: string | undefined): Instant | undefined =>
  text === undefined ? undefined : fromIso(text)

/** Whether it can never say anything again. */
export const isOver = (profile: ChargingProfile, at: Instant, anchor: Instant): boolean => {
  const { period, until } = profileAt(profile, at, anchor)
  return period === undefined && until >= never
}
