import type { Handler } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { keyAt, learned } from '../core/facts.ts'
import { note } from '../known.ts'
import type { Sender } from './handlers.ts'

/** A04: on the record before it is acknowledged. */
export const securityEventNotification =
  (context: Context, sender: Sender): Handler<'SecurityEventNotification'> =>
  async (request) => {
    const { type, timestamp, techInfo = null } = request
    const key = keyAt(context.deps.clock.now(), crypto.randomUUID())
    const event = learned('securityEvent', key, { type, timestamp, techInfo })
    await note(context, sender.stationId, event)
    context.audit.critical('SecurityEvent', {
      station: sender.stationId,
      type,
      timestamp,
      techInfo,
    })
    context.tell({
      kind: 'security',
      station: sender.stationId,
      reason: type,
      data: { detail: techInfo },
    })
    return {}
  }
