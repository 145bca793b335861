import type { Handler } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { learned } from '../core/facts.ts'
import { note } from '../known.ts'
import type { Sender } from './handlers.ts'

/** K11, K12: somebody else than this CSMS limits the station. */
export const notifyChargingLimit =
  (context: Context, { stationId }: Sender): Handler<'NotifyChargingLimit'> =>
  async ({ evseId = 0, chargingLimit, chargingSchedule }) => {
    const source = chargingLimit.chargingLimitSource
    await note(
      context,
      stationId,
      learned('chargingLimit', `${evseId}/${source}`, {
        evseId,
        source,
        isGridCritical: chargingLimit.isGridCritical ?? false,
        chargingSchedule: chargingSchedule ?? [],
      }),
    )
    context.audit.record('ChargingLimit', { station: stationId, evse: evseId, source })
    context.tell({ kind: 'state', station: stationId, reason: 'ChargingLimit' })
    context.hooks.limitsChanged(stationId)
    return {}
  }
