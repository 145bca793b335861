import type { Instant } from '@interlock/kernel'
import type { ProfilePurpose } from './charging-profile.ts'
import { ascending, type Level } from './level.ts'
import { limitAt, mergePeriods, type Schedule } from './schedule.ts'

/** A profile that a station holds for one EVSE. */
export type InstalledProfile = {
  readonly purpose: ProfilePurpose
  readonly stackLevel: number
  readonly schedule: Schedule
}

/**
 * The level that the installed profiles make together (K01.FR.16 … K08): of each purpose the highest
 * stack level in force; TxProfile before TxDefaultProfile; station-wide limits cap the result. Where
 * no transaction profile reaches, the fallback holds.
 */
export function compositeLevel(installed: readonly InstalledProfile[], fallback: Level): Level {
  const topAt = (purpose: ProfilePurpose, at: Instant): number | undefined =>
    installed
      .filter((profile) => profile.purpose === purpose)
      .map((profile) => ({ ...profile, limit: limitAt(profile.schedule, at) }))
      .filter((profile) => profile.limit !== undefined)
      .sort((a, b) => b.stackLevel - a.stackLevel)[0]?.limit
  const boundaries = ascending(
    installed.flatMap(({ schedule }) => [
      ...schedule.periods.map((period) => period.from),
      schedule.until,
    ]),
  )
  return {
    at: (at) =>
      Math.min(
        topAt('TxProfile', at) ?? topAt('TxDefaultProfile', at) ?? fallback.at(at),
        topAt('ChargingStationMaxProfile', at) ?? Infinity,
        topAt('ChargingStationExternalConstraints', at) ?? Infinity,
      ),
    changes: (from, until) =>
      ascending([
        ...boundaries.filter((at) => at > from && at <= until),
        ...fallback.changes(from, until),
      ]),
  }
}

/** The composite schedule over an interval (GetCompositeSchedule, K08). */
export function compositeSchedule(
  installed: readonly InstalledProfile[],
  fallback: Level,
  from: Instant,
  until: Instant,
): Schedule {
  const level = compositeLevel(installed, fallback)
  const starts = [from, ...level.changes(from, until).filter((at) => at < until)]
  const periods = mergePeriods(starts.map((at) => ({ from: at, limitWatts: level.at(at) })))
  return { from, until, periods }
}
