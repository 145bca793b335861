import { fromIso, instant, ok, refused, toIso, type Outcome } from '@interlock/kernel'
import { scheduleProblem, type Schedule, type ScheduleProblem } from './schedule.ts'

/** The part of OCPP's ChargingProfileType that bears on power (2.0.1 Part 2 §2.10). */
export type ChargingProfile = {
  id: number
  stackLevel: number
  chargingProfilePurpose: ProfilePurpose
  chargingProfileKind: 'Absolute' | 'Recurring' | 'Relative'
  recurrencyKind?: 'Daily' | 'Weekly'
  validFrom?: string
  validTo?: string
  transactionId?: string
  chargingSchedule: ChargingSchedule[]
}
export type ProfilePurpose =
  | 'ChargingStationExternalConstraints'
  | 'ChargingStationMaxProfile'
  | 'TxDefaultProfile'
  | 'TxProfile'
export type ChargingSchedule = {
  id: number
  startSchedule?: string
  duration?: number
  chargingRateUnit: 'W' | 'A'
  minChargingRate?: number
  chargingSchedulePeriod: ChargingSchedulePeriod[]
}
export type ChargingSchedulePeriod = {
  startPeriod: number
  limit: number
  numberPhases?: number
  phaseToUse?: number
}

export type ProfileProblem =
  | 'ProfileNotAbsolute'
  | 'OneScheduleOnly'
  | 'UnitNotWatts'
  | 'StartMissing'
  | 'DurationMissing'
  | ScheduleProblem

export type ProfileOptions = {
  readonly id: number
  readonly stackLevel?: number
  readonly purpose?: ProfilePurpose
  readonly transactionId?: string
}

/** An absolute profile in watts; what is below a second is cut off. */
export function toChargingProfile(schedule: Schedule, options: ProfileOptions): ChargingProfile {
  return {
    id: options.id,
    stackLevel: options.stackLevel ?? 0,
    chargingProfilePurpose: options.purpose ?? 'TxProfile',
    chargingProfileKind: 'Absolute',
    ...(options.transactionId === undefined ? {} : { transactionId: options.transactionId }),
    chargingSchedule: [
      {
        id: options.id,
        startSchedule: toIso(schedule.from),
        duration: Math.floor((schedule.until - schedule.from) / 1000),
        chargingRateUnit: 'W',
        chargingSchedulePeriod: schedule.periods.map((period) => ({
          startPeriod: Math.floor((period.from - schedule.from) / 1000),
          limit: period.limitWatts,
        })),
      },
    ],
  }
}

/** Reads an absolute schedule in watts; anything whose effect is not absolute is refused. */
export function fromChargingProfile(profile: ChargingProfile): Outcome<Schedule, ProfileProblem> {
  if (profile.chargingProfileKind !== 'Absolute') return refused('ProfileNotAbsolute')
  const [only, ...others] = profile.chargingSchedule
  if (only === undefined || others.length > 0) return refused('OneScheduleOnly')
  if (only.chargingRateUnit !== 'W') return refused('UnitNotWatts')
  const from = only.startSchedule === undefined ? undefined : fromIso(only.startSchedule)
  if (from === undefined) return refused('StartMissing')
  if (only.duration === undefined) return refused('DurationMissing')
  const schedule: Schedule = {
    from,
    until: instant(from + only.duration * 1000),
    periods: only.chargingSchedulePeriod.map((period) => ({
      from: instant(from + period.startPeriod * 1000),
      limitWatts: period.limit,
    })),
  }
  const problem = scheduleProblem(schedule)
  return problem === undefined ? ok(schedule) : refused(problem)
}
