import { toIso } from '@interlock/kernel'
import type { Handler, Response } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { learned } from '../core/facts.ts'
import { note } from '../known.ts'
import type { Sender } from './handlers.ts'

/** Seconds between heartbeats. */
export const heartbeatSeconds = 300
/** Seconds until a station that is not accepted may ask again (B02.FR.04, B03.FR.04). */
export const retrySeconds = 30

/**
 * B01, B02, B03: who may connect was decided at admission; whether it may work, by the operator. One
 * that calls itself by another serial number than its certificate does is rejected and let go.
 */
export const bootNotification =
  (context: Context, sender: Sender): Handler<'BootNotification'> =>
  async ({ reason, chargingStation }) => {
    const { stationId, profile, trust } = sender
    const now = context.deps.clock.now()
    const view = context.views.get(stationId)
    const isImpostor = isOfAnother(sender, chargingStation.serialNumber)
    const status = isImpostor ? 'Rejected' : (view?.record.bootPolicy ?? 'Accepted')
    const { vendorName, model, serialNumber = null, firmwareVersion = null } = chargingStation
    const said = { reason, vendorName, model, serialNumber, firmwareVersion }
    // What came right behind it is judged by it already.
    if (view !== undefined) view.boot = { at: now, status, said }
    await note(context, stationId, learned('boot', 'boot', { ...said, status }))
    context.audit.record('Boot', {
      station: stationId,
      profile,
      reason,
      model,
      firmware: firmwareVersion,
      status,
    })
    context.tell({ kind: 'state', station: stationId, reason: 'Booted' })
    if (isImpostor) return refuse(context, sender, serialNumber)
    if (profile === 3 && trust === 'supervised') context.hooks.booted(stationId)
    const interval = status === 'Accepted' ? heartbeatSeconds : retrySeconds
    return { currentTime: toIso(now), interval, status }
  }

/**
 * B01.FR.11: a serial number has to be the common name of the certificate; that this is the station's
 * identity was seen at admission. One that is not given claims nothing.
 */
const isOfAnother = ({ stationId, profile }: Sender, serialNumber: string | undefined): boolean =>
  profile === 3 && serialNumber !== undefined && serialNumber !== stationId

/** B01.FR.12. The gate keeps out whatever still comes before the connection has ended. */
function refuse(
  { audit, deps, tell }: Context,
  { stationId: station, leave }: Sender,
  serialNumber: string | null,
): Response<'BootNotification'> {
  audit.critical('BootOfAnother', { station, serialNumber })
  tell({ kind: 'security', station, reason: 'BootOfAnother', data: { serialNumber } })
  leave('the serial number is not that of the certificate')
  const statusInfo = { reasonCode: 'SerialNumber' }
  const currentTime = toIso(deps.clock.now())
  return { currentTime, interval: retrySeconds, status: 'Rejected', statusInfo }
}
