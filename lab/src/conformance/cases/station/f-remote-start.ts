import { ifAny } from '../../match.ts'
import { stationCase, type StationScene } from '../../station/case.ts'
import { hasSaidAll, here, inState, isPluggedIn, reports, tells } from '../../station/states.ts'

/** The CSMS asks for a start with the valid token; the station takes it. */
const isToldToStart = ({ csms, tokens }: StationScene, remoteStartId: number, expected = {}) =>
  csms.sends(
    'RequestStartTransaction',
    { evseId: here.id, remoteStartId, idToken: tokens.valid },
    { status: 'Accepted', ...expected },
  )

/** The token is in the transaction, and the number of the request that brought it. */
const startsRemotely = (scene: StationScene, eventType: string, remoteStartId: number) =>
  tells(scene, 'RemoteStart', {
    eventType,
    idToken: scene.tokens.valid,
    transactionInfo: { remoteStartId },
  })

const charges = (scene: StationScene, transactionId: string) =>
  tells(scene, 'ChargingStateChanged', inState('Charging', { transactionId }))

const asked = { 'AuthCtrlr.AuthorizeRemoteStart': 'true' }
const notAsked = { 'AuthCtrlr.AuthorizeRemoteStart': 'false' }

/** Seconds in which the cable has to come. */
const timeOut = 30

export const remoteStarts = [
  stationCase('TC_F_01_CS', async (scene) => {
    await scene.csms.boots()
    const begun = await isPluggedIn(scene)
    const transactionId = begun?.transactionInfo.transactionId ?? ''
    await isToldToStart(scene, 11, { transactionId })
    await startsRemotely(scene, 'Updated', 11)
    await charges(scene, transactionId)
  }),

  stationCase(
    'TC_F_02_CS',
    async (scene) => {
      const { csms, station, tokens } = scene
      await csms.boots()
      await isToldToStart(scene, 12)
      await csms.isSent('Authorize', { idToken: tokens.valid })
      await hasSaidAll(scene)
      await station.plugsIn()
      await reports(scene, 'Occupied')
      const { transactionInfo } = await startsRemotely(scene, 'Started', 12)
      await charges(scene, transactionInfo.transactionId)
    },
    { variables: asked },
  ),

  stationCase(
    'TC_F_03_CS',
    async (scene) => {
      const { csms, station } = scene
      await csms.boots()
      await isToldToStart(scene, 13)
      await hasSaidAll(scene)
      csms.isNotSent('Authorize', 'the word of the CSMS is enough')
      await station.plugsIn()
      await reports(scene, 'Occupied')
      const { transactionInfo } = await startsRemotely(scene, 'Started', 13)
      await charges(scene, transactionInfo.transactionId)
    },
    { variables: notAsked },
  ),

  stationCase(
    'TC_F_04_CS',
    async (scene) => {
      await scene.csms.boots()
      await isToldToStart(scene, 14)
      const { transactionInfo } = await startsRemotely(scene, 'Started', 14)
      const { transactionId } = transactionInfo
      await scene.passes(timeOut + 1)
      await tells(scene, 'EVConnectTimeout', {
        eventType: 'Ended',
        transactionInfo: { transactionId, stoppedReason: ifAny('Timeout') },
      })
      // The EVSE is free for another.
      await isToldToStart(scene, 15)
      await startsRemotely(scene, 'Started', 15)
    },
    {
      variables: {
        'TxCtrlr.TxStartPoint': 'Authorized',
        'TxCtrlr.EVConnectionTimeOut': `${timeOut}`,
      },
    },
  ),
]
