import { learned } from '../core/facts.ts'
import type { Teaches } from './lesson.ts'

/** K08. */
export const getCompositeSchedule: Teaches<'GetCompositeSchedule'> = (request, response, at) => {
  const { evseId, duration, chargingRateUnit } = request
  const { status, schedule = null } = response
  const unit = chargingRateUnit ?? 'any'
  const asked = { evseId, duration, chargingRateUnit: chargingRateUnit ?? null, status }
  return { put: [learned('compositeSchedule', `${evseId}/${unit}`, { ...asked, schedule, at })] }
}
