import type { Handler } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { learned } from '../core/facts.ts'
import { note } from '../known.ts'
import type { Sender } from './handlers.ts'

/** N01. */
export const logStatusNotification =
  (context: Context, { stationId }: Sender): Handler<'LogStatusNotification'> =>
  async ({ status, requestId }) => {
    const key = requestId === undefined ? 'idle' : `${requestId}`
    const before = await context.known.find(stationId, 'log', key)
    const history = [...((before?.value['history'] ?? []) as string[]), status].slice(-32)
    const said = { requestId: requestId ?? null, uploadStatus: status, history }
    await note(context, stationId, learned('log', key, said))
    context.audit.record('LogStatus', { station: stationId, status })
    return {}
  }
