import { CallError, type Handler } from '@interlock/ocpp'
import type { Setting } from '@interlock/gate'
import type { StoredProfile } from '../core/memory.ts'
import { secondOf } from '../judging.ts'
import type { Station } from '../station.ts'
import { throughGate } from './critical.ts'

/** K10. What clearing uncovers comes into force after a random delay. */
export const clearChargingProfile =
  (station: Station): Handler<'ClearChargingProfile'> =>
  (request, context) =>
    throughGate(station, 'ClearChargingProfile', request, context, {
      apply(_, accepted) {
        const { keeper, charging, records } = station
        const kept = keeper.memory.profiles.filter((each) => !isMeant(each, accepted.setting))
        const found = kept.length < keeper.memory.profiles.length
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
  if (setting.profileId !== undefined) return profile.id === setting.profileId
  return (
    (setting.evse === 0 || evse === setting.evse) &&
    (setting.purpose === undefined || profile.chargingProfilePurpose === setting.purpose) &&
    (setting.stackLevel === undefined || profile.stackLevel === setting.stackLevel)
  )
}
