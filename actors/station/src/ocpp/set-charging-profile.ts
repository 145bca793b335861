import { limits } from '@interlock/contract'
import type { Accepted } from '@interlock/gate'
import { instant, type Instant } from '@interlock/kernel'
import type { Handler, Request } from '@interlock/ocpp'
import { fromChargingProfile, type ChargingProfile } from '@interlock/power'
import type { Relief } from '../core/charger.ts'
import type { StoredProfile } from '../core/memory.ts'
import { secondOf } from '../judging.ts'
import type { Station } from '../station.ts'
import { throughGate } from './critical.ts'

/**
 * K01. Countersigned, it is the schedule, followed edge by edge with a random delay. Armed, it is a
 * dispatched response: a ceiling at once, for as long as the profile says.
 */
export const setChargingProfile =
  (station: Station): Handler<'SetChargingProfile'> =>
  (request, context) =>
    throughGate(station, 'SetChargingProfile', request, context, {
      apply(_, accepted) {
        if (accepted.second === 'armed') dispatch(station, accepted)
        else install(station, request, accepted)
        return { status: 'Accepted' }
      },
      refuse: (info) => ({ status: 'Rejected', statusInfo: info }),
    })

function install(
  station: Station,
  request: Request<'SetChargingProfile'>,
  accepted: Accepted,
): void {
  const { keeper, charging, records, deps } = station
  const profile = request.chargingProfile as ChargingProfile
  const stored: StoredProfile = {
    profile,
    evse: request.evseId,
    originator: accepted.consume.organisation,
    reference: accepted.reference,
  }
  records.decide({ action: 'SetChargingProfile', decision: 'stored', ...secondOf(accepted) })
  const others = keeper.memory.profiles.filter(
    (each) => !replaces(stored, each) && !isOver(each, deps.clock.now()),
  )
  charging.update({ profiles: [...others, stored] })
}

/** K01.FR.05: the same id, or the same purpose and stack level on the same EVSE. */
const replaces = (next: StoredProfile, old: StoredProfile): boolean =>
  next.profile.id === old.profile.id ||
  (next.evse === old.evse &&
    next.profile.stackLevel === old.profile.stackLevel &&
    next.profile.chargingProfilePurpose === old.profile.chargingProfilePurpose)

function isOver(stored: StoredProfile, now: Instant): boolean {
  const schedule = fromChargingProfile(stored.profile)
  return !schedule.ok || schedule.value.until <= now
}

function dispatch(station: Station, accepted: Accepted): void {
  const { setting } = accepted
  if (setting.kind !== 'profile') return
  const { keeper, charging, records, deps } = station
  // One change and one return for each arm: the lowest level holds throughout.
  const levels = setting.periods.map((period) => period.limitWatts)
  const relief: Relief = {
    ceilingWatts: Math.floor(Math.min(...levels, accepted.ceilingWatts ?? Infinity)),
    from: setting.from,
    // The return of an arm comes a minute after its change at the earliest.
    until: instant(Math.max(setting.until, deps.clock.now() + limits.armChangeSpacingMillis)),
    reference: accepted.reference,
  }
  charging.update({ charger: { ...keeper.memory.charger, dispatch: relief } })
  records.decide({
    action: 'SetChargingProfile',
    decision: 'applied',
    setPointWatts: keeper.memory.charger.applied.watts,
    delaySeconds: 0,
    reason: 'ResponseService',
    ...secondOf(accepted),
  })
  records.publish({ kind: 'trigger', data: { action: 'dispatch', arm: accepted.reference } })
}
