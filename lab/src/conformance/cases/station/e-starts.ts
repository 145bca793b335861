import { including, not, oneOf, present } from '../../match.ts'
import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import {
  asks,
  charges,
  connects,
  connectsAndCharges,
  createCharge,
  type Charge,
} from '../../station/charge.ts'
import { hasSaidAll, here, reports } from '../../station/states.ts'
import { entry, lists, nobodyCharges } from '../../station/tokens.ts'

const connectionSeconds = 40
const startsAt = (point: string, more: Readonly<Record<string, string>> = {}) => ({
  variables: { 'TxCtrlr.TxStartPoint': point, ...more },
})
const withAuthorisation = startsAt('Authorized', {
  'TxCtrlr.TxStopPoint': 'Authorized',
  'TxCtrlr.EVConnectionTimeOut': `${connectionSeconds}`,
})
const isIn = (chargingState: unknown) => ({ info: { chargingState } })

/** Boots; the valid token is shown, asked for and accepted, before there is a vehicle. */
async function isAuthorisedFirst(scene: StationScene): Promise<Charge> {
  await scene.csms.boots()
  await asks(scene, scene.tokens.valid)
  await hasSaidAll(scene)
  return createCharge(scene)
}

async function plugsIn(scene: StationScene): Promise<void> {
  await scene.station.plugsIn()
  await reports(scene, 'Occupied')
}

/** Nobody plugs in, and the transaction that began with the token ends. */
async function isLate(scene: StationScene): Promise<void> {
  const charge = await isAuthorisedFirst(scene)
  await charge.starts('Authorized', { idToken: scene.tokens.valid })
  await scene.passes(connectionSeconds - 10)
  await hasSaidAll(scene)
  scene.csms.isNotSent('TransactionEvent', 'the vehicle may still come')
  await scene.passes(20)
  await charge.ends('EVConnectTimeout', { info: { stoppedReason: 'Timeout' } })
}

const signedMeterValue = {
  signedMeterData: not(''),
  signingMethod: present,
  encodingMethod: not(''),
  publicKey: present,
}

export const starts: readonly StationCase[] = [
  stationCase(
    'TC_E_01_CS',
    async (scene) => {
      const charge = await isAuthorisedFirst(scene)
      scene.csms.isNotSent('TransactionEvent', 'a token alone begins nothing')
      await plugsIn(scene)
      await charge.starts('CablePluggedIn', { idToken: scene.tokens.valid, evse: here })
      await charge.goesOn('ChargingStateChanged', isIn('Charging'))
    },
    startsAt('PowerPathClosed'),
  ),

  stationCase(
    'TC_E_02_CS',
    async (scene) => {
      const charge = await isAuthorisedFirst(scene)
      scene.csms.isNotSent('TransactionEvent', 'a token alone begins nothing')
      await plugsIn(scene)
      const { valid: idToken } = scene.tokens
      await charge.starts('ChargingStateChanged', { idToken, evse: here, ...isIn('Charging') })
    },
    startsAt('EnergyTransfer'),
  ),

  stationCase('TC_E_03_CS', async (scene) => {
    await scene.csms.boots()
    await connectsAndCharges(scene)
  }),

  stationCase('TC_E_04_CS', async (scene) => {
    const charge = await isAuthorisedFirst(scene)
    await plugsIn(scene)
    const { valid: idToken } = scene.tokens
    await charge.starts('CablePluggedIn', { idToken, evse: here, ...isIn('EVConnected') })
    await charge.goesOn('ChargingStateChanged', isIn('Charging'))
  }),

  stationCase(
    'TC_E_05_CS',
    async (scene) => {
      const { valid: idToken } = scene.tokens
      await isLate(scene)
      // The EVSE is ready for the next.
      await asks(scene, idToken)
      const charge = createCharge(scene)
      await charge.starts('Authorized', { idToken })
      await plugsIn(scene)
      await charge.goesOn('CablePluggedIn', { evse: here, ...isIn('EVConnected') })
      await charge.goesOn('ChargingStateChanged', isIn('Charging'))
    },
    withAuthorisation,
  ),

  stationCase('TC_E_09_CS', async (scene) => {
    await scene.csms.boots()
    const begin = including({
      sampledValue: including({ context: 'Transaction.Begin', value: present }),
    })
    await connects(scene, { meterValue: begin })
  }),

  stationCase(
    'TC_E_10_CS',
    async (scene) => {
      const charge = await isAuthorisedFirst(scene)
      await charge.starts('Authorized', { idToken: scene.tokens.valid })
    },
    withAuthorisation,
  ),

  stationCase(
    'TC_E_11_CS',
    async (scene) => {
      const charge = await isAuthorisedFirst(scene)
      await plugsIn(scene)
      const reading = { context: 'Transaction.Begin', signedMeterValue }
      await charge.starts('SignedDataReceived', {
        idToken: scene.tokens.valid,
        evse: here,
        meterValue: including({ sampledValue: including(reading) }),
      })
      await charge.goesOn('ChargingStateChanged', isIn('Charging'))
    },
    startsAt('DataSigned', { 'SampledDataCtrlr.SignReadings': 'true' }),
  ),

  stationCase(
    'TC_E_12_CS',
    async (scene) => {
      await scene.csms.boots()
      await scene.station.entersBay()
      const charge = createCharge(scene)
      await charge.starts('EVDetected')
      await plugsIn(scene)
      await charge.goesOn('CablePluggedIn', { evse: here, ...isIn('EVConnected') })
    },
    startsAt('ParkingBayOccupancy'),
  ),

  stationCase(
    'TC_E_13_CS',
    async (scene) => {
      const { valid: idToken } = scene.tokens
      await scene.csms.boots()
      const remoteStartId = 4711
      const start = { idToken, evseId: here.id, remoteStartId }
      await scene.csms.sends('RequestStartTransaction', start, { status: 'Accepted' })
      await createCharge(scene).starts('RemoteStart', { idToken, info: { remoteStartId } })
    },
    withAuthorisation,
  ),

  stationCase('TC_E_38_CS', async (scene) => {
    const charge = await isAuthorisedFirst(scene)
    await scene.station.vehiclePauses(true)
    await plugsIn(scene)
    const { valid: idToken } = scene.tokens
    const chargingState = oneOf('EVConnected', 'SuspendedEVSE')
    await charge.starts('CablePluggedIn', { idToken, ...isIn(chargingState) })
    await charge.goesOn('ChargingStateChanged', isIn('SuspendedEV'))
  }),

  stationCase(
    'TC_E_39_CS',
    async (scene) => {
      await isLate(scene)
      await plugsIn(scene)
      await nobodyCharges(scene, 'who comes too late does not charge')
    },
    withAuthorisation,
  ),

  stationCase(
    'TC_E_52_CS',
    async (scene) => {
      const { csms, station, tokens } = scene
      await csms.boots()
      await lists(scene, [entry(tokens.valid)])
      const charge = await connects(scene)
      await station.presents(tokens.unknown)
      await nobodyCharges(scene, 'a token that the station does not know does not charge')
      await station.presents(tokens.valid)
      await charges(charge, tokens.valid)
      csms.isNotSent('Authorize', 'nobody is asked for')
    },
    { variables: { 'AuthCtrlr.DisableRemoteAuthorization': 'true' } },
  ),
]
