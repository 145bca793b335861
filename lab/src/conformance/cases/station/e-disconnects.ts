import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import type { Charge } from '../../station/charge.ts'
import { hasSaidAll, reports } from '../../station/states.ts'
import { isSuspended } from './e-stops.ts'

const connectionSeconds = 40

const rules = (stops: boolean, unlocks: boolean, stopPoint: string) => ({
  variables: {
    'TxCtrlr.StopTxOnEVSideDisconnect': `${stops}`,
    'OCPPCommCtrlr.UnlockOnEVSideDisconnect': `${unlocks}`,
    'TxCtrlr.TxStopPoint': stopPoint,
    'TxCtrlr.EVConnectionTimeOut': `${connectionSeconds}`,
  },
})

const gone = { info: { chargingState: 'Idle' } }
const goneForGood = { info: { chargingState: 'Idle', stoppedReason: 'EVDisconnected' } }

/** The cable is still in the socket, locked, until whoever charged shows the token. */
async function keepsCable(scene: StationScene, charge: Charge): Promise<void> {
  const { csms, station, tokens } = scene
  await station.leavesCable()
  await charge.ends('EVCommunicationLost', goneForGood)
  await station.takesCable()
  await hasSaidAll(scene)
  csms.isNotSent('StatusNotification', 'the cable is locked in the socket')
  await station.presents(tokens.valid)
  await station.takesCable()
  await reports(scene, 'Available')
}

export const disconnects: readonly StationCase[] = [
  stationCase(
    'TC_E_17_CS',
    async (scene) => keepsCable(scene, await isSuspended(scene)),
    rules(true, false, 'PowerPathClosed,Authorized'),
  ),

  stationCase(
    'TC_E_24_CS',
    async (scene) => {
      const charge = await isSuspended(scene)
      await scene.station.leavesCable()
      await charge.ends('EVCommunicationLost', goneForGood)
      await scene.station.takesCable()
      await reports(scene, 'Available')
    },
    rules(true, true, 'EVConnected'),
  ),

  stationCase(
    'TC_E_25_CS',
    async (scene) => keepsCable(scene, await isSuspended(scene)),
    rules(true, false, 'EVConnected'),
  ),

  stationCase(
    'TC_E_26_CS',
    async (scene) => {
      const { station } = scene
      // Unplugged, the vehicle still stands there.
      await station.entersBay()
      const charge = await isSuspended(scene)
      await station.leavesCable()
      await charge.goesOn('EVCommunicationLost', gone)
      await station.vehiclePauses(false)
      await station.plugsIn()
      await charge.goesOn('CablePluggedIn', { info: { chargingState: 'EVConnected' } })
      await charge.goesOn('ChargingStateChanged', { info: { chargingState: 'Charging' } })
    },
    rules(false, false, 'Authorized,ParkingBayOccupancy'),
  ),

  stationCase(
    'TC_E_27_CS',
    async (scene) => {
      const { csms, station, passes } = scene
      const charge = await isSuspended(scene)
      // With a cable of its own, the connector is free.
      await station.unplugs()
      await charge.goesOn('EVCommunicationLost', gone)
      await reports(scene, 'Available')
      await passes(connectionSeconds - 10)
      await hasSaidAll(scene)
      csms.isNotSent('TransactionEvent', 'the vehicle may still come back')
      await passes(20)
      await charge.ends('EVConnectTimeout', { info: { stoppedReason: 'Timeout' } })
    },
    rules(false, false, 'Authorized'),
  ),
]
