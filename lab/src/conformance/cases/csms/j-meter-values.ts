import type { Request } from '@interlock/ocpp'
import { csmsCase, type CsmsScene } from '../../csms/case.ts'
import { energy } from '../../csms/transaction.ts'
import { including } from '../../match.ts'

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

const kept = (context: Context, more: object = {}, value = wattHours) =>
  including({
    sampledValue: including({
      value,
      context,
      measurand: 'Energy.Active.Import.Register',
      ...more,
    }),
  })
const knowsIn = (
  { csms }: CsmsScene,
  transactionId: string,
  context: Context,
  more: object = {},
): Promise<void> =>
  csms.knowsOf('transactions', { transactionId, meterValues: kept(context, more) })
/** Signed data must be kept as it came, or it no longer verifies. */
const signedAsItCame = { signedMeterValue: signature }

export const meterValues = [
  csmsCase('TC_J_01_CSMS', async (scene) => {
    const { station } = scene
    await station.boots()
    const meterValue = [reading('Sample.Clock')]
    await station.sends('MeterValues', { evseId: 1, meterValue })
    await scene.csms.knowsOf('meterValues', { evseId: 1, meterValue: kept('Sample.Clock') })
  }),

  csmsCase('TC_J_02_CSMS', async (scene) => {
    const { station, tokens } = scene
    await station.boots()
    const charge = await station.isCharging(tokens.valid)
    await charge.updated('MeterValueClock', { meterValue: [reading('Sample.Clock')] })
    await knowsIn(scene, charge.id, 'Sample.Clock')
  }),

  csmsCase('TC_J_03_CSMS', async (scene) => {
    const { station, tokens } = scene
    await station.boots()
    const charge = await station.isCharging(tokens.valid)
    const meterValue = [energy(wattHours - 100, 'Sample.Clock'), reading('Sample.Clock')]
    await charge.ended('EVDeparted', { meterValue, info: { stoppedReason: 'EVDisconnected' } })
    await knowsIn(scene, charge.id, 'Sample.Clock')
    await scene.csms.knowsOf('transactions', {
      transactionId: charge.id,
      meterValues: kept('Sample.Clock', {}, wattHours - 100),
    })
  }),

  csmsCase('TC_J_04_CSMS', async (scene) => {
    const { station, tokens } = scene
    await station.boots()
    const charge = await station.isCharging(tokens.valid)
    await charge.updated('MeterValueClock', { meterValue: [signed('Sample.Clock')] })
    await knowsIn(scene, charge.id, 'Sample.Clock', signedAsItCame)
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
    await knowsIn(scene, charge.id, 'Transaction.Begin')
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
    await knowsIn(scene, charge.id, 'Transaction.Begin')
    await csms.knowsOf('transactions', { transactionId: charge.id })
  }),

  csmsCase('TC_J_09_CSMS', async (scene) => {
    const { station, tokens } = scene
    await station.boots()
    const charge = await station.isCharging(tokens.valid)
    await charge.updated('MeterValuePeriodic', { meterValue: [reading('Sample.Periodic')] })
    await knowsIn(scene, charge.id, 'Sample.Periodic')
  }),

  csmsCase('TC_J_10_CSMS', async (scene) => {
    const { station, tokens } = scene
    await station.boots()
    const charge = await station.isCharging(tokens.valid)
    await charge.ended('EVDeparted', {
      meterValue: [reading('Transaction.End')],
      info: { stoppedReason: 'EVDisconnected' },
    })
    await knowsIn(scene, charge.id, 'Transaction.End')
  }),

  csmsCase('TC_J_11_CSMS', async (scene) => {
    const { station, tokens } = scene
    await station.boots()
    const charge = await station.isCharging(tokens.valid)
    await charge.ended('EVDeparted', {
      meterValue: [signed('Transaction.End')],
      info: { stoppedReason: 'EVDisconnected' },
    })
    await knowsIn(scene, charge.id, 'Transaction.End', signedAsItCame)
  }),
]
