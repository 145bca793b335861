import type { Request } from '@interlock/ocpp'
import { csmsCase, type CsmsScene } from '../../csms/case.ts'
import { energy } from '../../csms/transaction.ts'

type MeterValue = Request<'MeterValues'>['meterValue'][number]
type Context = NonNullable<MeterValue['sampledValue'][number]['context']>

/** A reading that nothing else in the case makes. */
const wattHours = 27_182
const reading = (context: Context): MeterValue => energy(wattHours, context)
const signature = {
  signedMeterData: 'T0NNRnx7IkZWIjoiMS4wIiwiUEciOiJUNDIifXx7fQ==',
  signingMethod: '',
  encodingMethod: 'OCMF',
  publicKey: '',
}
const signed = (context: Context): MeterValue => {
  const plain = reading(context)
  const sampledValue = plain.sampledValue.map((each) => ({ ...each, signedMeterValue: signature }))
  return { ...plain, sampledValue }
}

const knows = ({ csms }: CsmsScene, context: Context, more: object = {}) =>
  csms.knowsOf('meterValues', {
    value: wattHours,
    context,
    measurand: 'Energy.Active.Import.Register',
    ...more,
  })
/** Signed data must be kept as it came, or it no longer verifies. */
const signedAsItCame = { signedMeterValue: signature }

export const meterValues = [
  csmsCase('TC_J_01_CSMS', async (scene) => {
    const { station } = scene
    await station.boots()
    const meterValue = [reading('Sample.Clock')]
    await station.sends('MeterValues', { evseId: 1, meterValue })
    await knows(scene, 'Sample.Clock', { evseId: 1 })
  }),

  csmsCase('TC_J_02_CSMS', async (scene) => {
    const { station, tokens } = scene
    await station.boots()
    const charge = await station.isCharging(tokens.valid)
    await charge.updated('MeterValueClock', { meterValue: [reading('Sample.Clock')] })
    await knows(scene, 'Sample.Clock', { transactionId: charge.id })
  }),

  csmsCase('TC_J_03_CSMS', async (scene) => {
    const { station, tokens } = scene
    await station.boots()
    const charge = await station.isCharging(tokens.valid)
    const meterValue = [energy(wattHours - 100, 'Sample.Clock'), reading('Sample.Clock')]
    await charge.ended('EVDeparted', { meterValue, info: { stoppedReason: 'EVDisconnected' } })
    await knows(scene, 'Sample.Clock', { transactionId: charge.id })
    const { csms } = scene
    await csms.knowsOf('meterValues', { value: wattHours - 100, transactionId: charge.id })
  }),

  csmsCase('TC_J_04_CSMS', async (scene) => {
    const { station, tokens } = scene
    await station.boots()
    const charge = await station.isCharging(tokens.valid)
    await charge.updated('MeterValueClock', { meterValue: [signed('Sample.Clock')] })
    await knows(scene, 'Sample.Clock', { transactionId: charge.id, ...signedAsItCame })
  }),

  csmsCase('TC_J_07_CSMS', async (scene) => {
    const { station } = scene
    await station.boots()
    await station.reportsConnector('Occupied')
    const charge = station.transaction()
    await charge.started('CablePluggedIn', {
      info: { chargingState: 'EVConnected' },
      meterValue: [reading('Transaction.Begin')],
    })
    await knows(scene, 'Transaction.Begin', { transactionId: charge.id, evseId: 1 })
  }),

  csmsCase('TC_J_08_CSMS', async (scene) => {
    const { station, csms, tokens } = scene
    await station.boots()
    const charge = station.transaction()
    const { evse: _evse, meterValue: _none, ...authorised } = charge.later('Started', 'Authorized')
    const accepted = { idTokenInfo: { status: 'Accepted' } }
    await station.sends('TransactionEvent', { ...authorised, idToken: tokens.valid }, accepted)
    await charge.updated('CablePluggedIn', {
      evse: { id: 1, connectorId: 1 },
      info: { chargingState: 'EVConnected' },
      meterValue: [reading('Transaction.Begin')],
    })
    await knows(scene, 'Transaction.Begin', { transactionId: charge.id })
    await csms.knowsOf('transactions', { transactionId: charge.id, evseId: 1 })
  }),

  csmsCase('TC_J_09_CSMS', async (scene) => {
    const { station, tokens } = scene
    await station.boots()
    const charge = await station.isCharging(tokens.valid)
    await charge.updated('MeterValuePeriodic', { meterValue: [reading('Sample.Periodic')] })
    await knows(scene, 'Sample.Periodic', { transactionId: charge.id })
  }),

  csmsCase('TC_J_10_CSMS', async (scene) => {
    const { station, tokens } = scene
    await station.boots()
    const charge = await station.isCharging(tokens.valid)
    await charge.ended('EVDeparted', {
      meterValue: [reading('Transaction.End')],
      info: { stoppedReason: 'EVDisconnected' },
    })
    await knows(scene, 'Transaction.End', { transactionId: charge.id })
  }),

  csmsCase('TC_J_11_CSMS', async (scene) => {
    const { station, tokens } = scene
    await station.boots()
    const charge = await station.isCharging(tokens.valid)
    await charge.ended('EVDeparted', {
      meterValue: [signed('Transaction.End')],
      info: { stoppedReason: 'EVDisconnected' },
    })
    await knows(scene, 'Transaction.End', { transactionId: charge.id, ...signedAsItCame })
  }),
]
