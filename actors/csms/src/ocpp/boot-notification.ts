import { toIso } from '@interlock/kernel'
import type { Handler } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { learned } from '../core/facts.ts'
import { note } from '../known.ts'
import type { Sender } from './handlers.ts'

/** Seconds between heartbeats. */
export const heartbeatSeconds = 300
/** Seconds until a station that is not accepted may ask again (B02.FR.04, B03.FR.04). */
export const retrySeconds = 30

/** B01, B02, B03: who may connect was decided at admission; whether it may work, by the operator. */
export const bootNotification =
  (context: Context, { stationId, profile, trust }: Sender): Handler<'BootNotification'> =>
  async ({ reason, chargingStation }) => {
    const now = context.deps.clock.now()
    const view = context.views.get(stationId)
    const status = view?.record.bootPolicy ?? 'Accepted'
    const { vendorName, model, serialNumber = null, firmwareVersion = null } = chargingStation
    const said = { reason, vendorName, model, serialNumber, firmwareVersion }
    await note(context, stationId, learned('boot', 'boot', { ...said, status }))
    if (view !== undefined) view.boot = { at: now, status, said }
    context.audit.record('Boot', {
      station: stationId,
      profile,
      reason,
      model,
      firmware: firmwareVersion,
      status,
    })
    context.tell({ kind: 'state', station: stationId, reason: 'Booted' })
    if (profile === 3 && trust === 'supervised') context.hooks.booted(stationId)
    const interval = status === 'Accepted' ? heartbeatSeconds : retrySeconds
    return { currentTime: toIso(now), interval, status }
  }
