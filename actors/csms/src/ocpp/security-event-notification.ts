import type { Handler } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import type { Sender } from './handlers.ts'

/** A04: on the record before it is acknowledged. */
export const securityEventNotification =
  (context: Context, sender: Sender): Handler<'SecurityEventNotification'> =>
  (request) => {
    context.audit.critical('SecurityEvent', {
      station: sender.stationId,
      type: request.type,
      timestamp: request.timestamp,
      techInfo: request.techInfo ?? null,
    })
    context.tell({
      kind: 'security',
      station: sender.stationId,
      reason: request.type,
      data: { detail: request.techInfo ?? null },
    })
    return {}
  }
