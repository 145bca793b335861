import { stationCase, type StationScene } from '../../station/case.ts'
import {
  bootsAndCharges,
  hasSaidAll,
  here,
  inState,
  isCharging,
  reports,
  tells,
} from '../../station/states.ts'

const isToldToStop = ({ csms }: StationScene, transactionId: string, status: string) =>
  csms.sends('RequestStopTransaction', { transactionId }, { status })

const isToldToUnlock = ({ csms }: StationScene, status: string, connectorId: number = 1) =>
  csms.sends('UnlockConnector', { evseId: here.id, connectorId }, { status })

/** After a charge whose cable was unplugged at the vehicle only, and is held. */
async function holdsLooseCable(scene: StationScene): Promise<void> {
  await bootsAndCharges(scene)
  await scene.station.leavesCable()
  await tells(scene, 'EVCommunicationLost', { eventType: 'Ended' })
}
const keepsCable = { 'OCPPCommCtrlr.UnlockOnEVSideDisconnect': 'false' }

export const remoteStops = [
  stationCase('TC_F_08_CS', async (scene) => {
    const transactionId = await bootsAndCharges(scene)
    await isToldToStop(scene, transactionId, 'Accepted')
    await tells(scene, 'RemoteStop', { transactionInfo: { transactionId } })
    await tells(scene, 'ChargingStateChanged', inState('EVConnected', { transactionId }))
    // A transaction that begins with the cable ends with it, for the reason that stopped the flow.
    await scene.station.unplugs()
    await scene.csms.isSent('TransactionEvent', {
      eventType: 'Ended',
      transactionInfo: { transactionId, stoppedReason: 'Remote' },
    })
  }),

  stationCase('TC_F_09_CS', async (scene) => {
    await bootsAndCharges(scene)
    await isToldToStop(scene, 'no-transaction-of-this-station', 'Rejected')
    await hasSaidAll(scene)
    scene.csms.isNotSent('TransactionEvent', 'the transaction goes on')
  }),
]

export const unlocks = [
  stationCase('TC_F_05_CS', async (scene) => {
    await bootsAndCharges(scene)
    await isToldToUnlock(scene, 'OngoingAuthorizedTransaction')
    await hasSaidAll(scene)
    scene.csms.isNotSent('TransactionEvent', 'the transaction goes on')
  }),

  stationCase(
    'TC_F_06_CS',
    async (scene) => {
      await holdsLooseCable(scene)
      await scene.station.takesCable()
      await hasSaidAll(scene)
      scene.csms.isNotSent('StatusNotification', 'the cable is held')
      await isToldToUnlock(scene, 'Unlocked')
      await scene.station.takesCable()
      await reports(scene, 'Available')
    },
    { variables: keepsCable },
  ),

  stationCase('TC_F_07_CS', async (scene) => {
    await scene.csms.boots()
    await isToldToUnlock(scene, 'Unlocked')
    // With no cable there, nothing has changed; the connector serves as before.
    await isCharging(scene)
  }),

  stationCase('TC_F_10_CS', async (scene) => {
    await scene.csms.boots()
    await isToldToUnlock(scene, 'UnknownConnector', 999)
  }),
]
