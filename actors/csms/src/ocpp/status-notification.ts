import type { Handler } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import type { Sender } from './handlers.ts'

/** G01. */
export const statusNotification =
  (context: Context, sender: Sender): Handler<'StatusNotification'> =>
  (request) => {
    const view = context.views.get(sender.stationId)
    if (view !== undefined) view.status = request.connectorStatus
    context.hooks.forward(sender.stationId, 'StatusNotification', request)
    context.tell({
      kind: 'state',
      station: sender.stationId,
      data: { status: request.connectorStatus },
    })
    return {}
  }
