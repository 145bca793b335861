import { absent, oneOf } from '../../match.ts'
import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import {
  charges,
  connectsAndCharges,
  createCharge,
  departs,
  rests,
  type Charge,
} from '../../station/charge.ts'
import { comesBack, goesOffline } from '../../station/offline.ts'
import { reports } from '../../station/states.ts'
import { judges } from '../../station/tokens.ts'

const stopsAt = (point: string, more: Readonly<Record<string, string>> = {}) => ({
  variables: { 'TxCtrlr.TxStopPoint': point, ...more },
})
const keepsGoing = { 'TxCtrlr.StopTxOnEVSideDisconnect': 'false' }

async function bootsAndCharges(scene: StationScene): Promise<Charge> {
  await scene.csms.boots()
  return connectsAndCharges(scene)
}

/** The vehicle itself takes no more energy. */
export async function isSuspended(scene: StationScene): Promise<Charge> {
  const charge = await bootsAndCharges(scene)
  await scene.station.vehiclePauses(true)
  await charge.goesOn('ChargingStateChanged', { info: { chargingState: 'SuspendedEV' } })
  return charge
}

/** The driver shows the token again, and that is the end. */
async function isEndedByDriver(scene: StationScene): Promise<void> {
  const charge = await bootsAndCharges(scene)
  await scene.station.presents(scene.tokens.valid)
  await charge.ends('StopAuthorized', {
    info: { stoppedReason: oneOf('Local', undefined), chargingState: 'EVConnected' },
  })
}

async function isEndedFromAfar(scene: StationScene): Promise<void> {
  const { csms } = scene
  const charge = await bootsAndCharges(scene)
  const { id: transactionId } = charge
  await csms.sends('RequestStopTransaction', { transactionId }, { status: 'Accepted' })
  await charge.ends('RemoteStop', { info: { stoppedReason: 'Remote' } })
}

/** Unplugged at the vehicle, it is over. */
async function isEndedAtVehicle(scene: StationScene, stoppedReason: unknown): Promise<void> {
  const charge = await isSuspended(scene)
  await scene.station.leavesCable()
  await charge.ends('EVCommunicationLost', { info: { chargingState: 'Idle', stoppedReason } })
}

export const stops: readonly StationCase[] = [
  stationCase('TC_E_06_CS', async (scene) => {
    const charge = await bootsAndCharges(scene)
    await scene.station.presents(scene.tokens.valid)
    await rests(charge)
    await departs(scene, charge)
  }),

  stationCase('TC_E_07_CS', isEndedByDriver, stopsAt('PowerPathClosed')),

  stationCase(
    'TC_E_08_CS',
    async (scene) => {
      const charge = await bootsAndCharges(scene)
      await scene.station.presents(scene.tokens.valid)
      await charge.goesOn('StopAuthorized')
      await charge.ends('ChargingStateChanged', {
        info: { chargingState: 'EVConnected', stoppedReason: oneOf('Local', undefined) },
      })
    },
    stopsAt('EnergyTransfer'),
  ),

  stationCase(
    'TC_E_14_CS',
    async (scene) => {
      const charge = await bootsAndCharges(scene)
      await scene.station.presents(scene.tokens.valid)
      await rests(charge)
      await scene.station.unplugs()
      await reports(scene, 'Available')
      const stoppedReason = oneOf('Local', 'EVDisconnected', undefined)
      await charge.ends('EVCommunicationLost', { info: { chargingState: 'Idle', stoppedReason } })
    },
    stopsAt('EVConnected'),
  ),

  stationCase('TC_E_15_CS', isEndedByDriver, stopsAt('Authorized')),

  stationCase(
    'TC_E_16_CS',
    async (scene) => {
      const { csms, station, tokens } = scene
      await csms.boots()
      await goesOffline(scene)
      const charge = createCharge(scene)
      await station.plugsIn()
      await station.presents(tokens.valid)
      judges(scene, { status: 'Invalid' })
      await comesBack(scene)
      await charge.starts('CablePluggedIn', { offline: true, idToken: absent })
      await charges(charge, tokens.valid, { offline: true })
      await charge.ends('Deauthorized', { info: { stoppedReason: 'DeAuthorized' } })
    },
    stopsAt('Authorized,PowerPathClosed', {
      'AuthCtrlr.OfflineTxForUnknownIdEnabled': 'true',
      'TxCtrlr.StopTxOnInvalidId': 'true',
    }),
  ),

  stationCase(
    'TC_E_19_CS',
    async (scene) => {
      const { csms, station, tokens } = scene
      await csms.boots()
      await station.entersBay()
      const charge = await connectsAndCharges(scene)
      await station.presents(tokens.valid)
      await rests(charge)
      await station.unplugs()
      await charge.goesOn('EVCommunicationLost', { info: { chargingState: 'Idle' } })
      await station.leavesBay()
      await charge.ends('EVDeparted', { info: { stoppedReason: 'Local' } })
    },
    stopsAt('ParkingBayOccupancy'),
  ),

  stationCase(
    'TC_E_20_CS',
    (scene) => isEndedAtVehicle(scene, 'EVDisconnected'),
    stopsAt('EVConnected', keepsGoing),
  ),

  stationCase('TC_E_21_CS', isEndedFromAfar, stopsAt('Authorized')),

  stationCase(
    'TC_E_22_CS',
    async (scene) => {
      const charge = await bootsAndCharges(scene)
      await scene.station.vehiclePauses(true)
      await charge.ends('ChargingStateChanged', {
        info: { chargingState: 'EVConnected', stoppedReason: 'StoppedByEV' },
      })
    },
    stopsAt('EnergyTransfer'),
  ),

  stationCase('TC_E_35_CS', isEndedFromAfar, stopsAt('PowerPathClosed')),

  stationCase(
    'TC_E_37_CS',
    (scene) => isEndedAtVehicle(scene, oneOf('EVDisconnected', 'StoppedByEV')),
    stopsAt('PowerPathClosed', keepsGoing),
  ),
]
