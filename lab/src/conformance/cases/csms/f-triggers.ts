import type { Request } from '@interlock/ocpp'
import { csmsCase, type CsmsScene } from '../../csms/case.ts'
import { energy } from '../../csms/transaction.ts'
import { including, such } from '../../match.ts'

type Message = Request<'TriggerMessage'>['requestedMessage']

/** The CSMS calls for a message, of one EVSE or of the station. */
const callsFor = ({ csms }: CsmsScene, requestedMessage: Message, evse?: object) =>
  csms.sends('TriggerMessage', {
    requestedMessage,
    ...(evse === undefined ? {} : { evse: { id: 1, ...evse } }),
  })

/** Distinct readings, so that the CSMS can only know them from here. */
const sendsReading = ({ station }: CsmsScene, evseId: number, wattHours: number) =>
  station.sends('MeterValues', { evseId, meterValue: [energy(wattHours, 'Trigger')] })
const knowsReading = ({ csms }: CsmsScene, evseId: number, value: number) =>
  csms.knowsOf('meterValues', {
    evseId,
    meterValue: including({ sampledValue: including({ value, context: 'Trigger' }) }),
  })

export const triggers = [
  csmsCase('TC_F_11_CSMS', async (scene) => {
    await scene.station.boots()
    await callsFor(scene, 'MeterValues', {})
    await sendsReading(scene, 1, 4_711)
    await knowsReading(scene, 1, 4_711)
  }),

  csmsCase('TC_F_12_CSMS', async (scene) => {
    await scene.station.boots()
    await callsFor(scene, 'MeterValues')
    await sendsReading(scene, 1, 4_712)
    await sendsReading(scene, 2, 4_713)
    await knowsReading(scene, 1, 4_712)
    await knowsReading(scene, 2, 4_713)
  }),

  csmsCase('TC_F_13_CSMS', async (scene) => {
    const { station, csms, tokens } = scene
    await station.boots()
    const charge = await station.isCharging(tokens.valid)
    await callsFor(scene, 'TransactionEvent', {})
    await charge.updated('Trigger', { info: { chargingState: 'SuspendedEVSE' } })
    await csms.knowsOf('transactions', {
      transactionId: charge.id,
      chargingState: 'SuspendedEVSE',
      seqNos: [0, 1, 2, 3],
    })
  }),

  csmsCase('TC_F_14_CSMS', async (scene) => {
    const { station, csms, tokens } = scene
    await station.boots()
    const charges = [
      await station.isCharging(tokens.valid, { evseId: 1 }),
      await station.isCharging(tokens.sameGroup, { evseId: 2 }),
    ]
    await callsFor(scene, 'TransactionEvent')
    for (const charge of charges)
      await charge.updated('Trigger', { info: { chargingState: 'SuspendedEVSE' } })
    for (const { id: transactionId } of charges)
      await csms.knowsOf('transactions', { transactionId, chargingState: 'SuspendedEVSE' })
  }),

  csmsCase('TC_F_15_CSMS', async (scene) => {
    const { station, csms } = scene
    await station.boots()
    await callsFor(scene, 'LogStatusNotification')
    await station.sends('LogStatusNotification', { status: 'Idle' })
    await csms.knowsOf('logs', { requestId: null, uploadStatus: 'Idle' })
  }),

  csmsCase('TC_F_18_CSMS', async (scene) => {
    const { station, csms } = scene
    await station.boots()
    await callsFor(scene, 'FirmwareStatusNotification')
    await station.sends('FirmwareStatusNotification', { status: 'Idle' })
    await csms.knowsOf('firmware', { requestId: null, status: 'Idle' })
  }),

  csmsCase('TC_F_20_CSMS', async (scene) => {
    const { station, csms } = scene
    await station.boots()
    await callsFor(scene, 'Heartbeat')
    await station.sends('Heartbeat', {}, { currentTime: recent })
    await csms.knowsOf('messages', { action: 'Heartbeat', response: { currentTime: recent } })
  }),

  csmsCase('TC_F_23_CSMS', async (scene) => {
    const { station, csms } = scene
    await station.boots()
    await callsFor(scene, 'StatusNotification', { connectorId: 1 })
    await station.reportsConnector('Available')
    await csms.knowsOf('evses', { evseId: 1, connectorId: 1, status: 'Available', knownAt: recent })
  }),

  csmsCase('TC_F_24_CSMS', async (scene) => {
    const { station, csms } = scene
    await station.boots()
    await callsFor(scene, 'StatusNotification', { connectorId: 1 })
    await station.reportsConnector('Occupied')
    await csms.knowsOf('evses', { evseId: 1, connectorId: 1, status: 'Occupied' })
  }),

  csmsCase('TC_F_27_CSMS', async (scene) => {
    const { station, csms } = scene
    await station.boots()
    station.answers('TriggerMessage', { status: 'NotImplemented' })
    await callsFor(scene, 'SignCombinedCertificate')
    await csms.knowsOf('messages', {
      action: 'TriggerMessage',
      request: { requestedMessage: 'SignCombinedCertificate' },
      response: { status: 'NotImplemented' },
    })
    await csms.knows('station', { refused: { action: 'TriggerMessage', reason: 'NotImplemented' } })
  }),
]

const minute = 60_000
const recent = such('a time within a minute of now', (at) => {
  return Math.abs(Date.parse(String(at)) - Date.now()) < minute
})
