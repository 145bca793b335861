import { limits } from '@interlock/contract'
import { fromIso, instant, toIso, type Instant } from '@interlock/kernel'
import type { ChargingProfileType } from '@interlock/ocpp'

/** For so long at a time a profile stands that would change load again and again. */
export const boundMillis = limits.scheduleMillisMax

/**
 * What a standard station is sent in place of a profile that changes load on more than one day: the
 * same, valid for a day. No ledger can charge a change that has no end, so the rest is asked for
 * again, and charged, day by day. Any other profile as it is.
 */
export function boundedProfile(profile: ChargingProfileType, now: Instant): ChargingProfileType {
  if (!goesOn(profile)) return profile
  const latest = instant(now + boundMillis)
  const begin = profile.validFrom === undefined ? undefined : fromIso(profile.validFrom)
  const end = endOf(profile)
  // What begins later than that is left for the supervisor to refuse.
  if ((begin ?? now) >= latest || (end ?? latest + 1) <= latest) return profile
  return { ...profile, validTo: toIso(latest) }
}

/** ms since 1970; `undefined` when it says none. */
export const endOf = ({ validTo }: ChargingProfileType): Instant | undefined =>
  validTo === undefined ? undefined : fromIso(validTo)

/** A recurrence, and what begins anew with every transaction and then does not stay at one level. */
function goesOn(profile: ChargingProfileType): boolean {
  const { chargingProfileKind: kind, chargingProfilePurpose: purpose, chargingSchedule } = profile
  if (kind === 'Recurring') return true
  if (kind !== 'Relative' || purpose === 'TxProfile') return false
  if (profile.validFrom !== undefined || profile.validTo !== undefined) return true
  return chargingSchedule.some(
    ({ duration, chargingSchedulePeriod }) =>
      duration !== undefined || chargingSchedulePeriod.length > 1,
  )
}
