import { CallError, type Handler } from '@interlock/ocpp'
import type { Setting } from '@interlock/gate'
import type { StoredProfile } from '../core/memory.ts'
import { standingProfiles } from '../core/profiles.ts'
import { secondOf } from '../judging.ts'
import type { Station } from '../station.ts'
import { throughGate } from './critical.ts'

/** K10. What clearing uncovers comes into force after a random delay. */
export const clearChargingProfile =
  (station: Station): Handler<'ClearChargingProfile'> =>
  (request, context) =>
    throughGate(station, 'ClearChargingProfile', request, context, {
      apply(_, accepted) {
        const { keeper, charging, records, deps } = station
        // What was replaced is gone; only a replacement that has not begun gives back what it ends.
        const held = standingProfiles(keeper.memory.profiles, deps.clock.now())
        const kept = held.filter((each) => !isMeant(each, accepted.setting))
        const found = kept.length < held.length
        records.decide({
          action: 'ClearChargingProfile',
          decision: found ? 'stored' : 'ignored',
          ...(found ? {} : { reason: 'NothingToChange' as const }),
          ...secondOf(accepted),
        })
        if (found) charging.update({ profiles: kept })
        return { status: found ? 'Accepted' : 'Unknown' }
      },
      // The response can only say Accepted or Unknown, and it is neither.
      refuse: ({ reasonCode, additionalInfo }) => {
        throw new CallError('SecurityError', `${reasonCode}: ${additionalInfo}`)
      },
    })

function isMeant({ profile, evse }: StoredProfile, setting: Setting): boolean {
  if (setting.kind !== 'clear') return false
  // The EVSE is the one that the command was charged for.
  if (setting.evse !== 0 && evse !== setting.evse) return false
  if (setting.profileId !== undefined) return profile.id === setting.profileId
  return (
    (setting.purpose === undefined || profile.chargingProfilePurpose === setting.purpose) &&
    (setting.stackLevel === undefined || profile.stackLevel === setting.stackLevel)
  )
}
