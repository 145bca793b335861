import type { Handler } from '@interlock/ocpp'
import type { Station } from '../station.ts'

/** F05: gives a driver the cable back. It moves no load: a session that may charge keeps its lock. */
export const unlockConnector =
  (station: Station): Handler<'UnlockConnector'> =>
  ({ evseId, connectorId }) => {
    const { keeper, charging, evse } = station
    if (evseId !== evse || connectorId !== 1) return { status: 'UnknownConnector' }
    const { charger, transaction } = keeper.memory
    // F05.FR.02
    if (transaction !== undefined && charger.authorisation.state === 'allowed')
      return { status: 'OngoingAuthorizedTransaction' }
    if (charger.fault === 'ConnectorLockFailure')
      return { status: 'UnlockFailed', statusInfo: { reasonCode: 'InternalError' } }
    if (charger.looseCable === 'locked')
      charging.update({ charger: { ...charger, looseCable: 'unlocked' } })
    return { status: 'Unlocked' }
  }
