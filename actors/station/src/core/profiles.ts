import { limits } from '@interlock/contract'
import { ok, refused, type Instant, type Outcome } from '@interlock/kernel'
import {
  fromChargingProfile,
  type ChargingProfile,
  type InstalledProfile,
  type Schedule,
} from '@interlock/power'
import type { StoredProfile } from './memory.ts'

/** As OCPP names it where a list has no room (Part 2, appendix 5). */
export type ProfilesFull = 'TooManyElements'

/**
 * The profiles after `next` was accepted, in the order of their acceptance. It takes the place of
 * those of its slot that it leaves nothing of; one that is in force before `next` begins stays, and
 * ends there (K01.FR.05). A replacement therefore moves nothing before its own start, which is the
 * moment that was charged for it.
 */
export function withProfile(
  held: readonly StoredProfile[],
  next: StoredProfile,
  now: Instant,
): Outcome<readonly StoredProfile[], ProfilesFull> {
  const profiles = standingProfiles([...held, next], now)
  const own = profiles.filter((each) => each.originator === next.originator)
  // One provider's profiles leave room for the other's; dropping one that stands would move load.
  return own.length <= limits.profilesHeldMax ? ok(profiles) : refused('TooManyElements')
}

/** Without those that are over: past their end, or replaced by one that has begun. */
export const standingProfiles = (
  held: readonly StoredProfile[],
  now: Instant,
): readonly StoredProfile[] =>
  held.filter((each, at) => (truncated(each, held.slice(at + 1))?.until ?? now) > now)

/** The profiles in the terms of the composite schedule; one that cannot be read limits nothing. */
export const installed = (profiles: readonly StoredProfile[]): readonly InstalledProfile[] =>
  profiles.flatMap((stored, at) => {
    const schedule = truncated(stored, profiles.slice(at + 1))
    const { chargingProfilePurpose: purpose, stackLevel } = stored.profile
    return schedule === undefined ? [] : [{ purpose, stackLevel, schedule }]
  })

/** Ends where the first of those accepted later for the slot begins; absent when nothing is left. */
function truncated(stored: StoredProfile, later: readonly StoredProfile[]): Schedule | undefined {
  const schedule = scheduleOf(stored.profile)
  if (schedule === undefined) return undefined
  const starts = later
    .filter((each) => inOneSlot(each, stored))
    .map((each) => scheduleOf(each.profile)?.from ?? schedule.until)
  const until = Math.min(schedule.until, ...starts) as Instant
  if (until === schedule.until) return schedule
  const periods = schedule.periods.filter((period) => period.from < until)
  return periods.length === 0 ? undefined : { ...schedule, until, periods }
}

/** An id says which profile is meant; which others it replaces, its slot alone says. */
const inOneSlot = (left: StoredProfile, right: StoredProfile): boolean =>
  left.evse === right.evse &&
  left.profile.stackLevel === right.profile.stackLevel &&
  left.profile.chargingProfilePurpose === right.profile.chargingProfilePurpose &&
  left.profile.transactionId === right.profile.transactionId

// A profile is read once in its life.
const read = new WeakMap<ChargingProfile, Schedule | null>()

function scheduleOf(profile: ChargingProfile): Schedule | undefined {
  const known = read.get(profile)
  if (known !== undefined) return known ?? undefined
  const schedule = fromChargingProfile(profile)
  read.set(profile, schedule.ok ? schedule.value : null)
  return schedule.ok ? schedule.value : undefined
}
