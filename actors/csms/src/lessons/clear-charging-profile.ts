import type { ChargingProfileType } from '@interlock/ocpp'
import type { Fact } from '../core/facts.ts'
import type { Request } from '@interlock/ocpp'

/** K10.FR.02: an id says it all; otherwise everything that is given must fit. External ones stay. */
export function isCleared(request: Request<'ClearChargingProfile'>, value: Fact['value']): boolean {
  const { evseId, chargingProfile } = value as {
    evseId: number
    chargingProfile: ChargingProfileType
  }
  const { chargingProfileId: id, chargingProfileCriteria: criteria = {} } = request
  if (chargingProfile.chargingProfilePurpose === 'ChargingStationExternalConstraints') return false
  if (id !== undefined) return chargingProfile.id === id
  const { chargingProfilePurpose: purpose, stackLevel } = criteria
  return (
    (criteria.evseId === undefined || criteria.evseId === evseId) &&
    (purpose === undefined || purpose === chargingProfile.chargingProfilePurpose) &&
    (stackLevel === undefined || stackLevel === chargingProfile.stackLevel)
  )
}
