import type { Handler } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { learned } from '../core/facts.ts'
import { note } from '../known.ts'
import type { Sender } from './handlers.ts'

/** K15.FR.11, K17.FR.11: what the car means to draw. */
export const notifyEvChargingSchedule =
  (context: Context, { stationId }: Sender): Handler<'NotifyEVChargingSchedule'> =>
  async ({ evseId, timeBase, chargingSchedule }) => {
    const drawn = { evseId, timeBase, chargingSchedule }
    await note(context, stationId, learned('evCharging', evseId, drawn))
    return { status: 'Accepted' }
  }
