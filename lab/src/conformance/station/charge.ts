import type { Request, Response } from '@interlock/ocpp'
import type { Token } from '../csms/subject.ts'
import type { StationScene } from './case.ts'
import { here, reports } from './states.ts'

type Event = Request<'TransactionEvent'>
type Trigger = Event['triggerReason']

/** What is expected of an event besides its kind, number and transaction. */
type Details = Readonly<Record<string, unknown>> & {
  /** Of its `transactionInfo`. */
  readonly info?: Readonly<Record<string, unknown>>
}
type Told = (trigger: Trigger, details?: Details) => Promise<Event>

/** A transaction of the station under test, followed event by event: none may be missing. */
export type Charge = {
  /** Known once it has started. */
  readonly id: string
  starts: Told
  goesOn: Told
  ends: Told
}

export function createCharge({ csms }: Pick<StationScene, 'csms'>): Charge {
  let id: string | undefined
  let seqNo = 0
  const told =
    (eventType: Event['eventType']): Told =>
    async (triggerReason, { info, ...rest } = {}) => {
      const known = id === undefined ? {} : { transactionId: id }
      const event = await csms.isSent('TransactionEvent', {
        eventType,
        triggerReason,
        seqNo,
        transactionInfo: { ...known, ...info },
        ...rest,
      })
      id = event.transactionInfo.transactionId
      seqNo += 1
      return event
    }
  return {
    get id() {
      return id ?? ''
    },
    starts: told('Started'),
    goesOn: told('Updated'),
    ends: told('Ended'),
  }
}

type TokenInfo = Response<'Authorize'>['idTokenInfo']

/** A token is shown; the station asks, and hears what the CSMS thinks of it. */
export async function asks(
  { csms, station }: StationScene,
  idToken: Token,
  idTokenInfo: TokenInfo = { status: 'Accepted' },
): Promise<void> {
  csms.answers('Authorize', { idTokenInfo })
  await station.presents(idToken)
  await csms.isSent('Authorize', { idToken })
}

/** Cable first, and it begins with that: the vehicle is connected, nobody has a say yet. */
export async function connects(scene: StationScene, details: Details = {}): Promise<Charge> {
  const charge = createCharge(scene)
  await scene.station.plugsIn()
  await reports(scene, 'Occupied')
  await charge.starts('CablePluggedIn', {
    info: { chargingState: 'EVConnected' },
    evse: here,
    ...details,
  })
  return charge
}

/** The token that was shown charges. */
export async function charges(
  charge: Charge,
  idToken: Token,
  details: Details = {},
): Promise<void> {
  await charge.goesOn('Authorized', { idToken, ...details })
  await charge.goesOn('ChargingStateChanged', { info: { chargingState: 'Charging' }, ...details })
}

/** The vehicle is connected, the token accepted, and energy flows. */
export async function connectsAndCharges(
  scene: StationScene,
  idToken: Token = scene.tokens.valid,
  info?: TokenInfo,
): Promise<Charge> {
  const charge = await connects(scene)
  await asks(scene, idToken, info)
  await charges(charge, idToken)
  return charge
}

/** After a stop the flow ends; the vehicle is still there, and so is the transaction. */
export async function rests(charge: Charge, details: Details = {}): Promise<void> {
  await charge.goesOn('StopAuthorized', details)
  await charge.goesOn('ChargingStateChanged', { info: { chargingState: 'EVConnected' } })
}

/** The vehicle leaves, and with it the transaction ends. */
export async function departs(scene: StationScene, charge: Charge): Promise<void> {
  await scene.station.unplugs()
  await reports(scene, 'Available')
  await charge.ends('EVCommunicationLost', { info: { chargingState: 'Idle' } })
}

/** Boots, then connects and charges. */
export async function bootsAndCharges(scene: StationScene): Promise<Charge> {
  await scene.csms.boots()
  return connectsAndCharges(scene)
}
