import type { Handler } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { learned } from '../core/facts.ts'
import { note } from '../known.ts'
import type { Sender } from './handlers.ts'

/** L01: without a request id it is about no update (`Idle`). */
export const firmwareStatusNotification =
  (context: Context, { stationId }: Sender): Handler<'FirmwareStatusNotification'> =>
  async ({ status, requestId }) => {
    const now = context.deps.clock.now()
    const key = requestId === undefined ? 'idle' : `${requestId}`
    const before = await context.known.find(stationId, 'firmware', key)
    const history = [...((before?.value['history'] ?? []) as string[]), status].slice(-32)
    const said = { requestId: requestId ?? null, status, history, statusAt: now }
    await note(context, stationId, learned('firmware', key, said))
    context.audit.record('FirmwareStatus', { station: stationId, status })
    context.tell({ kind: 'state', station: stationId, reason: 'FirmwareStatus', data: { status } })
    return {}
  }
