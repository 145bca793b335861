import type { Request } from '@interlock/ocpp'
import { oneOf } from '../match.ts'
import type { StationScene } from './case.ts'
import { here } from './states.ts'

/** As a security event says that the station has started. */
export const started = { type: oneOf('StartupOfTheDevice', 'ResetOrReboot') }

type ConnectorStatus = Request<'StatusNotification'>['connectorStatus']

/** A report of the connector that the cases speak of. */
export const connectorIs = (connectorStatus: ConnectorStatus) => ({
  evseId: here.id,
  connectorId: here.connectorId,
  connectorStatus,
})

/** An idle station is told to restart; it boots, reports its connector and the restart itself. */
export async function restarts(
  { csms }: StationScene,
  connectorStatus: ConnectorStatus = 'Available',
): Promise<void> {
  await csms.sends('Reset', { type: 'OnIdle' }, { status: 'Accepted' })
  await csms.boots({ reason: oneOf('RemoteReset', 'ScheduledReset') }, connectorIs(connectorStatus))
  await csms.isSent('SecurityEventNotification', started)
}
