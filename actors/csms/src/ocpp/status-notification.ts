import type { Handler } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { learned } from '../core/facts.ts'
import { note } from '../known.ts'
import type { Sender } from './handlers.ts'

/** G01. */
export const statusNotification =
  (context: Context, sender: Sender): Handler<'StatusNotification'> =>
  async (request) => {
    const { evseId, connectorId, connectorStatus: status, timestamp } = request
    const connector = { evseId, connectorId, status, timestamp }
    const key = `${evseId}/${connectorId}`
    await note(context, sender.stationId, learned('connector', key, connector))
    const view = context.views.get(sender.stationId)
    if (view !== undefined) view.status = status
    context.hooks.forward(sender.stationId, 'StatusNotification', request)
    context.hooks.statusTold(sender.stationId)
    context.tell({
      kind: 'state',
      station: sender.stationId,
      data: { status },
    })
    return {}
  }
