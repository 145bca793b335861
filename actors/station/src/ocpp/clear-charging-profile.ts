import { CallError, type Handler, type Request } from '@interlock/ocpp'
import type { Setting } from '@interlock/gate'
import { meets } from '@interlock/power'
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
        const found = remove(station, accepted.setting)
        station.records.decide({
          action: 'ClearChargingProfile',
          decision: found ? 'stored' : 'ignored',
          ...(found ? {} : { reason: 'NothingToChange' as const }),
          ...secondOf(accepted),
        })
        return { status: found ? 'Accepted' : 'Unknown' }
      },
      plain: (asked) => ({ status: drop(station, asked) ? 'Accepted' : 'Unknown' }),
      // The response can only say Accepted or Unknown, and it is neither.
      refuse: ({ reasonCode, additionalInfo }) => {
        throw new CallError('SecurityError', `${reasonCode}: ${additionalInfo}`)
      },
    })

function remove({ keeper, charging, deps }: Station, asked: Setting): boolean {
  // What was replaced is gone; only a replacement that has not begun gives back what it ends.
  const held = standingProfiles(keeper.memory.profiles, deps.clock.now())
  const kept = held.filter((each) => !isMeant(each, asked))
  if (kept.length === held.length) return false
  charging.update({ profiles: kept })
  return true
}

/** Standard mode. An id says it all; an outside limit is not the CSMS's to clear (K10.FR.06). */
function drop({ keeper, charging }: Station, asked: Request<'ClearChargingProfile'>): boolean {
  const { chargingProfileId: id, chargingProfileCriteria: of = {} } = asked
  const { evseId, chargingProfilePurpose, stackLevel } = of
  const criterion =
    id === undefined
      ? {
          ...(evseId === undefined ? {} : { evse: evseId }),
          ...(chargingProfilePurpose === undefined ? {} : { purpose: chargingProfilePurpose }),
          ...(stackLevel === undefined ? {} : { stackLevel }),
        }
      : { ids: [id] }
  const { profiles } = keeper.memory
  const kept = profiles.filter((each) => each.source !== undefined || !meets(each, criterion))
  if (kept.length === profiles.length) return false
  charging.update({ profiles: kept })
  return true
}

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
