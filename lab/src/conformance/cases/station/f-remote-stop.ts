import { stationCase, type StationScene } from '../../station/case.ts'
import { bootsAndCharges, connectsAndCharges } from '../../station/charge.ts'
import { hasSaidAll, here, reports } from '../../station/states.ts'

const isToldToStop = ({ csms }: StationScene, transactionId: string, status: string) =>
  csms.sends('RequestStopTransaction', { transactionId }, { status })

const isToldToUnlock = ({ csms }: StationScene, status: string, connectorId: number = 1) =>
  csms.sends('UnlockConnector', { evseId: here.id, connectorId }, { status })

/** After a charge whose cable was unplugged at the vehicle only, and is held. */
async function holdsLooseCable(scene: StationScene): Promise<void> {
  const charge = await bootsAndCharges(scene)
  await scene.station.leavesCable()
  await charge.ends('EVCommunicationLost')
}
const keepsCable = { 'OCPPCommCtrlr.UnlockOnEVSideDisconnect': 'false' }

export const remoteStops = [
  stationCase('TC_F_08_CS', async (scene) => {
    const charge = await bootsAndCharges(scene)
    await isToldToStop(scene, charge.id, 'Accepted')
    await charge.goesOn('RemoteStop')
    await charge.goesOn('ChargingStateChanged', { info: { chargingState: 'EVConnected' } })
    // A transaction that begins with the cable ends with it, for the reason that stopped the flow.
    await scene.station.unplugs()
    await charge.ends('EVCommunicationLost', { info: { stoppedReason: 'Remote' } })
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
    await connectsAndCharges(scene)
  }),

  stationCase('TC_F_10_CS', async (scene) => {
    await scene.csms.boots()
    await isToldToUnlock(scene, 'UnknownConnector', 999)
  }),
]
