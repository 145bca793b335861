import { csmsCase } from '../../csms/case.ts'
import { model } from '../../csms/virtual-station.ts'

export const provisioning = [
  csmsCase('TC_B_01_CSMS', async ({ station, csms }) => {
    await station.boots('PowerUp')
    await csms.knows('station', { connected: true, boot: { ...model, reason: 'PowerUp' } })
    await csms.knowsOf('evses', { evseId: 1, connectorId: 1, status: 'Available' })
  }),

  csmsCase('TC_B_20_CSMS', async ({ station, csms }) => {
    await station.boots()
    station.answers('Reset', { status: 'Accepted' })
    await csms.sends('Reset', { type: 'OnIdle' })
    await station.boots('RemoteReset')
    await csms.knows('station', { connected: true, boot: { reason: 'RemoteReset' } })
  }),

  csmsCase('TC_B_21_CSMS', async ({ station, csms, tokens }) => {
    await station.boots()
    const charge = await station.isCharging(tokens.valid)
    station.answers('Reset', { status: 'Scheduled' })
    await csms.sends('Reset', { type: 'OnIdle' })
    await csms.knowsOf('transactions', { transactionId: charge.id, state: 'active' })
    await charge.updated('StopAuthorized', {
      idToken: tokens.valid,
      info: { chargingState: 'EVConnected' },
    })
    await charge.ended('EVCommunicationLost', {
      info: { chargingState: 'Idle', stoppedReason: 'EVDisconnected' },
    })
    await station.boots('ScheduledReset')
    await csms.knows('station', { boot: { reason: 'ScheduledReset' } })
    await csms.knowsOf('transactions', {
      transactionId: charge.id,
      state: 'ended',
      stoppedReason: 'EVDisconnected',
    })
  }),

  csmsCase('TC_B_22_CSMS', async ({ station, csms, tokens }) => {
    await station.boots()
    const charge = await station.isCharging(tokens.valid)
    station.answers('Reset', { status: 'Accepted' })
    await csms.sends('Reset', { type: 'Immediate' })
    await charge.ended('ResetCommand', {
      info: { chargingState: 'EVConnected', stoppedReason: 'ImmediateReset' },
    })
    await station.boots('RemoteReset')
    await station.reportsConnector('Occupied')
    await csms.knowsOf('transactions', {
      transactionId: charge.id,
      state: 'ended',
      stoppedReason: 'ImmediateReset',
    })
    await csms.knowsOf('evses', { evseId: 1, status: 'Occupied' })
  }),

  csmsCase('TC_B_25_CSMS', async ({ station, csms }) => {
    await station.boots()
    station.answers('Reset', { status: 'Accepted' })
    await csms.sends('Reset', { type: 'OnIdle', evseId: 1 })
    await csms.knowsOf('messages', { action: 'Reset', response: { status: 'Accepted' } })
    // Of the EVSE, not of the station.
    await csms.knows('station', { connected: true, boot: { reason: 'PowerUp' } })
  }),

  csmsCase('TC_B_26_CSMS', async ({ station, csms, tokens }) => {
    await station.boots()
    const charge = await station.isCharging(tokens.valid)
    station.answers('Reset', { status: 'Scheduled' })
    await csms.sends('Reset', { type: 'OnIdle', evseId: 1 })
    await csms.knowsOf('transactions', { transactionId: charge.id, state: 'active' })
    await charge.updated('StopAuthorized', {
      idToken: tokens.valid,
      info: { chargingState: 'EVConnected' },
    })
    await charge.ended('EVCommunicationLost', {
      info: { chargingState: 'Idle', stoppedReason: 'EVDisconnected' },
    })
    await csms.knowsOf('transactions', { transactionId: charge.id, state: 'ended' })
  }),

  csmsCase('TC_B_27_CSMS', async ({ station, csms, tokens }) => {
    await station.boots()
    const charge = await station.isCharging(tokens.valid)
    station.answers('Reset', { status: 'Accepted' })
    await csms.sends('Reset', { type: 'Immediate', evseId: 1 })
    await charge.ended('ResetCommand', {
      info: { chargingState: 'EVConnected', stoppedReason: 'ImmediateReset' },
    })
    await csms.knowsOf('transactions', {
      transactionId: charge.id,
      state: 'ended',
      stoppedReason: 'ImmediateReset',
    })
  }),

  csmsCase('TC_B_58_CSMS', async ({ station, csms, websocket }) => {
    await websocket.closesWithout('a version of OCPP that nobody speaks is not agreed on', [
      'ocpp9.9',
    ])
    await websocket.agrees('OCPP 2.0.1 is agreed on among others', ['ocpp9.9', 'ocpp2.0.1'])
    await station.boots()
    await csms.knows('station', { connected: true, boot: { reason: 'PowerUp' } })
  }),
]
