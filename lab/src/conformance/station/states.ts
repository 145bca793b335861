import type { Request } from '@interlock/ocpp'
import type { StationScene } from './case.ts'

type ConnectorStatus = Request<'StatusNotification'>['connectorStatus']

/** The EVSE and the connector that the cases speak of. */
export const here = { id: 1, connectorId: 1 } as const

/** The connector must be reported so. */
export const reports = (
  { csms }: StationScene,
  connectorStatus: ConnectorStatus,
): Promise<Request<'StatusNotification'>> =>
  csms.isSent('StatusNotification', { connectorStatus, evseId: here.id, connectorId: 1 })

/**
 * Whatever the station still had to say has come, when it has answered this: its messages come in the
 * order in which they were sent.
 */
export async function hasSaidAll({ csms }: StationScene): Promise<void> {
  // The second time also what an answer to the first set off.
  for (let time = 0; time < 2; time += 1) {
    await csms.sends('TriggerMessage', { requestedMessage: 'Heartbeat' }, { status: 'Accepted' })
    await csms.isSent('Heartbeat')
  }
}
