import type { Request } from '@interlock/ocpp'
import { csmsCase, type CsmsCase, type CsmsScene } from '../../csms/case.ts'
import { oneOf } from '../../match.ts'

type Event = Request<'TransactionEvent'>
type Info = Omit<Event['transactionInfo'], 'transactionId'>

/** What the last event says, and how the CSMS is then to know the transaction. */
type Stop = {
  readonly trigger: Event['triggerReason']
  readonly info: Info & Required<Pick<Info, 'stoppedReason'>>
  /** What happens before it, in the running transaction. */
  readonly before?: readonly (readonly [Event['triggerReason'], Info['chargingState']])[]
  /** The driver's token comes with the last event. */
  readonly withToken?: boolean
}

/** One row per way to end a transaction. */
const ways: Readonly<Record<string, Stop>> = {
  TC_E_07_CSMS: {
    trigger: 'StopAuthorized',
    info: { chargingState: 'EVConnected', stoppedReason: 'Local' },
    withToken: true,
  },
  TC_E_08_CSMS: {
    before: [['StopAuthorized', 'SuspendedEVSE']],
    trigger: 'ChargingStateChanged',
    info: { chargingState: 'EVConnected', stoppedReason: 'Local' },
  },
  TC_E_14_CSMS: {
    before: [['StopAuthorized', 'EVConnected']],
    trigger: 'EVCommunicationLost',
    info: { chargingState: 'Idle', stoppedReason: 'EVDisconnected' },
  },
  TC_E_15_CSMS: {
    trigger: 'StopAuthorized',
    info: { chargingState: 'EVConnected', stoppedReason: 'Local' },
    withToken: true,
  },
  TC_E_17_CSMS: {
    trigger: 'EVCommunicationLost',
    info: { chargingState: 'Idle', stoppedReason: 'EVDisconnected' },
  },
  TC_E_19_CSMS: {
    before: [
      ['StopAuthorized', 'EVConnected'],
      ['EVCommunicationLost', 'Idle'],
    ],
    trigger: 'EVDeparted',
    info: { chargingState: 'Idle', stoppedReason: 'Local' },
  },
  TC_E_20_CSMS: {
    before: [['ChargingStateChanged', 'SuspendedEV']],
    trigger: 'EVCommunicationLost',
    info: { chargingState: 'Idle', stoppedReason: 'EVDisconnected' },
  },
  TC_E_22_CSMS: {
    trigger: 'ChargingStateChanged',
    info: { chargingState: 'SuspendedEV', stoppedReason: 'StoppedByEV' },
  },
}

const stopsSo = ({ trigger, info, before = [], withToken = false }: Stop) =>
  async function run({ station, csms, tokens }: CsmsScene): Promise<void> {
    await station.boots()
    const charge = await station.isCharging(tokens.valid)
    for (const [reason, chargingState] of before)
      await charge.updated(reason, chargingState === undefined ? {} : { info: { chargingState } })
    const accepted = withToken ? { idTokenInfo: { status: 'Accepted' } } : {}
    const token = withToken ? { idToken: tokens.valid } : {}
    await charge.ended(trigger, { ...token, info }, accepted)
    await csms.knowsOf('transactions', {
      transactionId: charge.id,
      state: 'ended',
      stoppedReason: info.stoppedReason,
      seqNos: charge.seqNos(),
      missingSeqNos: [],
    })
  }

export const stops: readonly CsmsCase[] = [
  ...Object.entries(ways).map(([id, stop]) => csmsCase(id, stopsSo(stop))),

  csmsCase('TC_E_16_CSMS', async ({ station, csms, tokens }) => {
    await station.boots()
    await station.reportsConnector('Occupied')
    const charge = station.transaction()
    await charge.started('CablePluggedIn', { info: { chargingState: 'EVConnected' } })
    const refused = { idTokenInfo: { status: oneOf('Unknown', 'Invalid', 'Blocked') } }
    await charge.updated('Authorized', { idToken: tokens.blocked }, refused)
    await charge.ended('Deauthorized', { info: { stoppedReason: 'DeAuthorized' } })
    await csms.knowsOf('transactions', {
      transactionId: charge.id,
      state: 'ended',
      stoppedReason: 'DeAuthorized',
    })
  }),

  csmsCase('TC_E_21_CSMS', async ({ station, csms, tokens }) => {
    await station.boots()
    const charge = await station.isCharging(tokens.valid)
    await csms.sends('RequestStopTransaction', { transactionId: charge.id })
    await charge.ended('RemoteStop', {
      info: { chargingState: 'EVConnected', stoppedReason: 'Remote' },
    })
    await csms.knowsOf('transactions', {
      transactionId: charge.id,
      state: 'ended',
      stoppedReason: 'Remote',
    })
  }),

  csmsCase('TC_E_26_CSMS', async ({ station, csms, tokens }) => {
    await station.boots()
    const charge = await station.isCharging(tokens.valid)
    await charge.updated('EVCommunicationLost', { info: { chargingState: 'Idle' } })
    await csms.knowsOf('transactions', {
      transactionId: charge.id,
      state: 'active',
      chargingState: 'Idle',
    })
    await charge.updated('CablePluggedIn', { info: { chargingState: 'EVConnected' } })
    await charge.updated('ChargingStateChanged', { info: { chargingState: 'Charging' } })
    await csms.knowsOf('transactions', { transactionId: charge.id, chargingState: 'Charging' })
  }),

  csmsCase('TC_E_39_CSMS', async ({ station, csms, tokens }) => {
    const accepted = { idTokenInfo: { status: 'Accepted' } }
    await station.boots()
    await station.sends('Authorize', { idToken: tokens.valid }, accepted)
    const charge = station.transaction()
    await charge.started('Authorized', { idToken: tokens.valid }, accepted)
    await charge.ended('EVConnectTimeout', { info: { stoppedReason: 'Timeout' } })
    await csms.knowsOf('transactions', {
      transactionId: charge.id,
      state: 'ended',
      stoppedReason: 'Timeout',
    })
  }),
]
