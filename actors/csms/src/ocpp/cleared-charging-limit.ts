import type { Handler } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import type { Sender } from './handlers.ts'

/** K13. */
export const clearedChargingLimit =
  (context: Context, { stationId }: Sender): Handler<'ClearedChargingLimit'> =>
  async ({ evseId = 0, chargingLimitSource: source }) => {
    await context.known.remove(stationId, 'chargingLimit', [`${evseId}/${source}`])
    context.audit.record('ChargingLimitCleared', { station: stationId, evse: evseId, source })
    context.tell({ kind: 'state', station: stationId, reason: 'ChargingLimitCleared' })
    context.hooks.limitsChanged(stationId)
    return {}
  }
