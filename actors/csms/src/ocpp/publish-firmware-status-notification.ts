import type { Handler } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { learned } from '../core/facts.ts'
import { note } from '../known.ts'
import type { Sender } from './handlers.ts'

/** L03: a local controller offers an image to the stations behind it. */
export const publishFirmwareStatusNotification =
  (context: Context, { stationId }: Sender): Handler<'PublishFirmwareStatusNotification'> =>
  async ({ status, requestId, location }) => {
    const key = `published/${requestId ?? 'idle'}`
    const said = { requestId: requestId ?? null, published: true, status, location: location ?? [] }
    await note(context, stationId, learned('firmware', key, said))
    return {}
  }
