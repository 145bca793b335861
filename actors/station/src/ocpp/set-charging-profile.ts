import { limits } from '@interlock/contract'
import type { Accepted } from '@interlock/gate'
import { instant } from '@interlock/kernel'
import type { Handler, Request, Response } from '@interlock/ocpp'
import { install, type ChargingProfile } from '@interlock/power'
import type { Relief } from '../core/charger.ts'
import type { StoredProfile } from '../core/memory.ts'
import { withProfile } from '../core/profiles.ts'
import { secondOf } from '../judging.ts'
import { profileLimits, wordOf } from '../session.ts'
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
        if (accepted.second !== 'armed') {
          const { consume, reference } = accepted
          const word = { originator: consume.organisation, reference }
          return schedule(station, request, word, secondOf(accepted))
        }
        dispatch(station, accepted)
        return { status: 'Accepted' }
      },
      plain: () => hold(station, request),
      refuse: (info) => ({ status: 'Rejected', statusInfo: info }),
    })

/** Standard mode: any profile of OCPP that is valid here (K01). */
function hold(
  station: Station,
  { chargingProfile, evseId: evse }: Request<'SetChargingProfile'>,
): Response<'SetChargingProfile'> {
  const { keeper, charging, records } = station
  const asked: StoredProfile = { ...wordOf(station), evse, profile: chargingProfile }
  const held = install(keeper.memory.profiles, asked, profileLimits(station))
  records.decide({ action: 'SetChargingProfile', decision: held.ok ? 'stored' : 'ignored' })
  if (!held.ok) return { status: 'Rejected', statusInfo: { reasonCode: held.reason } }
  charging.update({ profiles: held.value })
  return { status: 'Accepted' }
}

function schedule(
  station: Station,
  request: Request<'SetChargingProfile'>,
  word: Pick<StoredProfile, 'originator' | 'reference'>,
  second: ReturnType<typeof secondOf>,
): Response<'SetChargingProfile'> {
  const { keeper, charging, records, deps } = station
  const profile = request.chargingProfile as ChargingProfile
  const stored: StoredProfile = {
    profile,
    evse: request.evseId,
    ...word,
  }
  const profiles = withProfile(keeper.memory.profiles, stored, deps.clock.now())
  const decision = profiles.ok ? 'stored' : 'ignored'
  records.decide({ action: 'SetChargingProfile', decision, ...second })
  if (!profiles.ok)
    return { status: 'Rejected', statusInfo: { reasonCode: profiles.reason, additionalInfo: full } }
  charging.update({ profiles: profiles.value })
  return { status: 'Accepted' }
}

const full = `${limits.profilesHeldMax} profiles of this provider are held`

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
