import { stationCase, type StationScene } from '../../station/case.ts'
import { connects, createCharge, type Charge } from '../../station/charge.ts'
import { hasSaidAll, here, reports } from '../../station/states.ts'

/** The CSMS asks for a start with the valid token; the station takes it. */
const isToldToStart = ({ csms, tokens }: StationScene, remoteStartId: number, expected = {}) =>
  csms.sends(
    'RequestStartTransaction',
    { evseId: here.id, remoteStartId, idToken: tokens.valid },
    { status: 'Accepted', ...expected },
  )

/** The event that has the token, and the number of the request that brought it. */
const remoteStart = ({ tokens }: StationScene, remoteStartId: number) => ({
  idToken: tokens.valid,
  info: { remoteStartId },
})

const charges = (charge: Charge) =>
  charge.goesOn('ChargingStateChanged', { info: { chargingState: 'Charging' } })

/** The cable comes after the request; with it the transaction begins, and energy flows. */
async function beginsWithCable(scene: StationScene, remoteStartId: number): Promise<void> {
  const charge = createCharge(scene)
  await hasSaidAll(scene)
  await scene.station.plugsIn()
  await reports(scene, 'Occupied')
  await charge.starts('RemoteStart', remoteStart(scene, remoteStartId))
  await charges(charge)
}

const asked = { 'AuthCtrlr.AuthorizeRemoteStart': 'true' }
const notAsked = { 'AuthCtrlr.AuthorizeRemoteStart': 'false' }

/** Seconds in which the cable has to come. */
const timeOut = 30

export const remoteStarts = [
  stationCase('TC_F_01_CS', async (scene) => {
    await scene.csms.boots()
    const charge = await connects(scene)
    await isToldToStart(scene, 11, { transactionId: charge.id })
    await charge.goesOn('RemoteStart', remoteStart(scene, 11))
    await charges(charge)
  }),

  stationCase(
    'TC_F_02_CS',
    async (scene) => {
      const { csms, tokens } = scene
      await csms.boots()
      await isToldToStart(scene, 12)
      await csms.isSent('Authorize', { idToken: tokens.valid })
      await beginsWithCable(scene, 12)
    },
    { variables: asked },
  ),

  stationCase(
    'TC_F_03_CS',
    async (scene) => {
      const { csms } = scene
      await csms.boots()
      await isToldToStart(scene, 13)
      await beginsWithCable(scene, 13)
      csms.isNotSent('Authorize', 'the word of the CSMS is enough')
    },
    { variables: notAsked },
  ),

  stationCase(
    'TC_F_04_CS',
    async (scene) => {
      await scene.csms.boots()
      await isToldToStart(scene, 14)
      const charge = createCharge(scene)
      await charge.starts('RemoteStart', remoteStart(scene, 14))
      await scene.passes(timeOut + 1)
      await charge.ends('EVConnectTimeout', { info: { stoppedReason: 'Timeout' } })
      // The EVSE is free for another.
      await isToldToStart(scene, 15)
      await createCharge(scene).starts('RemoteStart', remoteStart(scene, 15))
    },
    {
      variables: {
        'TxCtrlr.TxStartPoint': 'Authorized',
        'TxCtrlr.EVConnectionTimeOut': `${timeOut}`,
      },
    },
  ),
]
