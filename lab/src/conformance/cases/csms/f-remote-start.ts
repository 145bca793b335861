import { csmsCase, type CsmsScene } from '../../csms/case.ts'

const accepted = { idTokenInfo: { status: 'Accepted' } }

/** The CSMS asks for a start; the station takes it. */
async function isToldToStart({ station, csms, tokens }: CsmsScene, remoteStartId: number) {
  station.answers('RequestStartTransaction', { status: 'Accepted' })
  return csms.sends('RequestStartTransaction', {
    evseId: 1,
    remoteStartId,
    idToken: tokens.valid,
  })
}

/** The transaction is known by the number that the start was given. */
const knowsStart = ({ csms, tokens }: CsmsScene, transactionId: string, remoteStartId: number) =>
  csms.knowsOf('transactions', {
    transactionId,
    remoteStartId,
    idToken: tokens.valid,
    chargingState: 'Charging',
  })

export const remoteStarts = [
  csmsCase('TC_F_01_CSMS', async (scene) => {
    const { station, tokens } = scene
    await station.boots()
    await station.reportsConnector('Occupied')
    const charge = station.transaction()
    await charge.started('CablePluggedIn', { info: { chargingState: 'EVConnected' } })
    await isToldToStart(scene, 11)
    const start = { idToken: tokens.valid, info: { remoteStartId: 11 } }
    await charge.updated('RemoteStart', start, accepted)
    await charge.updated('ChargingStateChanged', { info: { chargingState: 'Charging' } })
    await knowsStart(scene, charge.id, 11)
  }),

  csmsCase('TC_F_02_CSMS', async (scene) => {
    const { station, tokens } = scene
    await station.boots()
    await isToldToStart(scene, 12)
    await station.sends('Authorize', { idToken: tokens.valid }, accepted)
    const charge = station.transaction()
    const start = { idToken: tokens.valid, info: { remoteStartId: 12 } }
    await charge.started('RemoteStart', start, accepted)
    await station.reportsConnector('Occupied')
    await charge.updated('CablePluggedIn', { info: { chargingState: 'EVConnected' } })
    await charge.updated('ChargingStateChanged', { info: { chargingState: 'Charging' } })
    await knowsStart(scene, charge.id, 12)
  }),

  csmsCase('TC_F_03_CSMS', async (scene) => {
    const { station, tokens } = scene
    await station.boots()
    await isToldToStart(scene, 13)
    const charge = station.transaction()
    const start = { idToken: tokens.valid, info: { remoteStartId: 13 } }
    await charge.started('RemoteStart', start, accepted)
    await station.reportsConnector('Occupied')
    await charge.updated('CablePluggedIn', { info: { chargingState: 'EVConnected' } })
    await charge.updated('ChargingStateChanged', { info: { chargingState: 'Charging' } })
    await knowsStart(scene, charge.id, 13)
  }),

  csmsCase('TC_F_04_CSMS', async (scene) => {
    const { station, csms, tokens } = scene
    await station.boots()
    await isToldToStart(scene, 14)
    const charge = station.transaction()
    const start = { idToken: tokens.valid, info: { remoteStartId: 14 } }
    await charge.started('RemoteStart', start, accepted)
    await charge.ended('EVConnectTimeout', { info: { stoppedReason: 'Timeout' } })
    await csms.knowsOf('transactions', {
      transactionId: charge.id,
      remoteStartId: 14,
      state: 'ended',
      stoppedReason: 'Timeout',
    })
  }),

  csmsCase('TC_F_06_CSMS', async ({ station, csms }) => {
    await station.boots()
    station.answers('UnlockConnector', { status: 'Unlocked' })
    await csms.sends('UnlockConnector', { evseId: 1, connectorId: 1 })
    await csms.knowsOf('messages', {
      action: 'UnlockConnector',
      response: { status: 'Unlocked' },
    })
  }),
]
