import { learned } from '../core/facts.ts'
import { nothing, type Teaches } from './lesson.ts'

/**
 * K01: the profile is installed; one with its id gave way (K01.FR.05). `wanted` is the profile that it
 * stands for until it is renewed.
 */
export const setChargingProfile: Teaches<'SetChargingProfile'> = (
  request,
  { status },
  _at,
  asked,
) => {
  if (status !== 'Accepted') return nothing
  const { evseId, chargingProfile } = request
  const wanted = asked === request ? null : asked.chargingProfile
  const installed = { evseId, source: 'CSO', reported: false, wanted, chargingProfile }
  return { put: [learned('profile', chargingProfile.id, installed)] }
}
