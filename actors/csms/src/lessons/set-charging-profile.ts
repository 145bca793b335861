import { learned } from '../core/facts.ts'
import { nothing, type Teaches } from './lesson.ts'

/** K01: the profile is installed; one with its id gave way (K01.FR.05). */
export const setChargingProfile: Teaches<'SetChargingProfile'> = (request, { status }) => {
  if (status !== 'Accepted') return nothing
  const { evseId, chargingProfile } = request
  const installed = { evseId, source: 'CSO', reported: false, chargingProfile }
  return { put: [learned('profile', chargingProfile.id, installed)] }
}
