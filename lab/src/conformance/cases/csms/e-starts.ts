import { csmsCase, type CsmsScene } from '../../csms/case.ts'
import { energy } from '../../csms/transaction.ts'
import { including } from '../../match.ts'

const accepted = { idTokenInfo: { status: 'Accepted' } }

/** The token is asked for, as most stations do first. */
const asks = ({ station, tokens }: CsmsScene) =>
  station.sends('Authorize', { idToken: tokens.valid }, accepted)

export const starts = [
  csmsCase('TC_E_01_CSMS', async (scene) => {
    const { station, csms, tokens } = scene
    await station.boots()
    await asks(scene)
    await station.reportsConnector('Occupied')
    const charge = station.transaction()
    const { valid: idToken } = tokens
    const info = { chargingState: 'SuspendedEVSE' } as const
    await charge.started('ChargingStateChanged', { idToken, info }, accepted)
    await charge.updated('ChargingStateChanged', { info: { chargingState: 'Charging' } })
    await csms.knowsOf('transactions', {
      transactionId: charge.id,
      state: 'active',
      chargingState: 'Charging',
      idToken,
    })
  }),

  csmsCase('TC_E_02_CSMS', async (scene) => {
    const { station, csms, tokens } = scene
    await station.boots()
    await asks(scene)
    await station.reportsConnector('Occupied')
    const charge = station.transaction()
    const { valid: idToken } = tokens
    const info = { chargingState: 'Charging' } as const
    await charge.started('ChargingStateChanged', { idToken, info }, accepted)
    await csms.knowsOf('transactions', {
      transactionId: charge.id,
      state: 'active',
      chargingState: 'Charging',
      evseId: 1,
    })
  }),

  csmsCase('TC_E_03_CSMS', async (scene) => {
    const { station, csms, tokens } = scene
    await station.boots()
    const charge = station.transaction()
    await station.reportsConnector('Occupied')
    await charge.started('CablePluggedIn', { info: { chargingState: 'EVConnected' } })
    await asks(scene)
    await charge.updated('Authorized', { idToken: tokens.valid }, accepted)
    await charge.updated('ChargingStateChanged', { info: { chargingState: 'Charging' } })
    await csms.knowsOf('transactions', {
      transactionId: charge.id,
      chargingState: 'Charging',
      idToken: tokens.valid,
      seqNos: [0, 1, 2],
    })
  }),

  csmsCase('TC_E_04_CSMS', async (scene) => {
    const { station, csms, tokens } = scene
    await station.boots()
    await asks(scene)
    const charge = station.transaction()
    await charge.started('Authorized', { idToken: tokens.valid }, accepted)
    await station.reportsConnector('Occupied')
    await charge.updated('CablePluggedIn', { info: { chargingState: 'EVConnected' } })
    await charge.updated('ChargingStateChanged', { info: { chargingState: 'Charging' } })
    await csms.knowsOf('transactions', {
      transactionId: charge.id,
      chargingState: 'Charging',
      idToken: tokens.valid,
      seqNos: [0, 1, 2],
    })
  }),

  csmsCase('TC_E_09_CSMS', async ({ station, csms }) => {
    await station.boots()
    await station.reportsConnector('Occupied')
    const charge = station.transaction()
    await charge.started('CablePluggedIn', { info: { chargingState: 'EVConnected' } })
    await csms.knowsOf('transactions', {
      transactionId: charge.id,
      state: 'active',
      chargingState: 'EVConnected',
    })
    await csms.knowsOf('evses', { evseId: 1, status: 'Occupied' })
  }),

  csmsCase('TC_E_10_CSMS', async (scene) => {
    const { station, csms, tokens } = scene
    await station.boots()
    await asks(scene)
    const charge = station.transaction()
    await charge.started('Authorized', { idToken: tokens.valid }, accepted)
    await csms.knowsOf('transactions', {
      transactionId: charge.id,
      state: 'active',
      idToken: tokens.valid,
    })
  }),

  csmsCase('TC_E_11_CSMS', async (scene) => {
    const { station, csms, tokens } = scene
    await station.boots()
    await asks(scene)
    await station.reportsConnector('Occupied')
    const charge = station.transaction()
    const { valid: idToken } = tokens
    const started = {
      idToken,
      info: { chargingState: 'EVConnected' },
      meterValue: [signed],
    } as const
    await charge.started('SignedDataReceived', { ...started, meterValue: [signed] }, accepted)
    await csms.knowsOf('transactions', {
      transactionId: charge.id,
      state: 'active',
      meterValues: including({ sampledValue: including({ signedMeterValue: signature }) }),
    })
  }),

  csmsCase('TC_E_12_CSMS', async ({ station, csms }) => {
    await station.boots()
    const charge = station.transaction()
    await charge.started('EVDetected')
    await csms.knowsOf('transactions', { transactionId: charge.id, state: 'active' })
  }),

  csmsCase('TC_E_38_CSMS', async ({ station, csms, tokens }) => {
    await station.boots()
    const charge = station.transaction()
    await station.reportsConnector('Occupied')
    await charge.started('CablePluggedIn', { info: { chargingState: 'EVConnected' } })
    await charge.updated('Authorized', { idToken: tokens.valid }, accepted)
    await charge.updated('ChargingStateChanged', { info: { chargingState: 'SuspendedEV' } })
    await csms.knowsOf('transactions', {
      transactionId: charge.id,
      state: 'active',
      chargingState: 'SuspendedEV',
    })
  }),

  csmsCase('TC_E_53_CSMS', async ({ station, csms, tokens }) => {
    await station.boots()
    const first = await station.isCharging(tokens.valid)
    await first.ended('EVDeparted', { info: { stoppedReason: 'EVDisconnected' } })
    const second = await station.isCharging(tokens.valid)
    for (const [charge, state, seqNos] of [
      [first, 'ended', [0, 1, 2, 3]],
      [second, 'active', [0, 1, 2]],
    ] as const)
      await csms.knowsOf('transactions', {
        transactionId: charge.id,
        state,
        seqNos,
        missingSeqNos: [],
      })
  }),
]

const signature = {
  signedMeterData: 'T0NNRnx7IkZWIjoiMS4wIn18e30=',
  signingMethod: '',
  encodingMethod: 'OCMF',
  publicKey: '',
}
const plain = energy(1_100, 'Transaction.Begin')
const [reading] = plain.sampledValue
const signed = {
  ...plain,
  sampledValue: [{ ...reading, value: 1_100, signedMeterValue: signature }],
}
