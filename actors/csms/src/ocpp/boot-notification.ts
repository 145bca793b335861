import { toIso } from '@interlock/kernel'
import type { Handler } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import type { Sender } from './handlers.ts'

/** Seconds between heartbeats. */
export const heartbeatSeconds = 300

/** B01: the database decided at admission, so a station that gets here is accepted. */
export const bootNotification =
  (context: Context, sender: Sender): Handler<'BootNotification'> =>
  (request) => {
    context.audit.record('Boot', {
      station: sender.stationId,
      profile: sender.profile,
      reason: request.reason,
      model: request.chargingStation.model,
      firmware: request.chargingStation.firmwareVersion ?? null,
    })
    context.tell({ kind: 'state', station: sender.stationId, reason: 'Booted' })
    if (sender.profile === 3) context.hooks.booted(sender.stationId)
    return {
      currentTime: toIso(context.deps.clock.now()),
      interval: heartbeatSeconds,
      status: 'Accepted',
    }
  }
