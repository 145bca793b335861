import type { Request } from '@interlock/ocpp'
import type { Token } from '../csms/subject.ts'
import type { StationScene } from './case.ts'

type Event = Request<'TransactionEvent'>
/** Further fields that an event must have. */
export type Expected = { readonly eventType?: unknown; readonly [field: string]: unknown }
type ConnectorStatus = Request<'StatusNotification'>['connectorStatus']

/** The EVSE and the connector that the cases speak of. */
export const here = { id: 1, connectorId: 1 } as const

/** The connector must be reported so. */
export const reports = (
  { csms }: StationScene,
  connectorStatus: ConnectorStatus,
): Promise<Request<'StatusNotification'>> =>
  csms.isSent('StatusNotification', { connectorStatus, evseId: here.id, connectorId: 1 })

/** The station must send such an event. */
export const tells = (
  { csms }: StationScene,
  triggerReason: Event['triggerReason'],
  expected: Expected = {},
): Promise<Event> => csms.isSent('TransactionEvent', { triggerReason, ...expected })

/** An event that says what the energy does. */
export const inState = (chargingState: string, more: object = {}) => ({
  transactionInfo: { chargingState, ...more },
})

/** A vehicle is plugged in; that begins the transaction, unless it goes on or begins later. */
export async function isPluggedIn(
  scene: StationScene,
  eventType: Event['eventType'] | 'none' = 'Started',
): Promise<Event | undefined> {
  await scene.station.plugsIn()
  await reports(scene, 'Occupied')
  if (eventType === 'none') return undefined
  return tells(scene, 'CablePluggedIn', { eventType, ...inState('EVConnected'), evse: here })
}

/** Somebody shows a token and may charge; the CSMS is asked, and told in the transaction. */
export async function isAuthorised(
  scene: StationScene,
  token: Token = scene.tokens.valid,
  eventType: Event['eventType'] = 'Updated',
): Promise<Event> {
  await scene.station.presents(token)
  await scene.csms.isSent('Authorize', { idToken: token })
  return tells(scene, 'Authorized', { eventType, idToken: token })
}

/** From nothing to the flow of energy; gives the transaction's id. */
export async function isCharging(
  scene: StationScene,
  token: Token = scene.tokens.valid,
): Promise<string> {
  await isPluggedIn(scene)
  const { transactionInfo } = await isAuthorised(scene, token)
  const { transactionId } = transactionInfo
  await tells(scene, 'ChargingStateChanged', {
    eventType: 'Updated',
    ...inState('Charging', { transactionId }),
  })
  return transactionId
}

/** Boots, then charges. */
export async function bootsAndCharges(scene: StationScene): Promise<string> {
  await scene.csms.boots()
  return isCharging(scene)
}

/**
 * Whatever the station still had to say has come, when it has answered this: its messages come in the
 * order in which they were sent.
 */
export async function hasSaidAll({ csms }: StationScene): Promise<void> {
  // The second time also what an answer to the first set off.
  for (let time = 0; time < 2; time += 1) {
    await csms.sends('TriggerMessage', { requestedMessage: 'Heartbeat' }, { status: 'Accepted' })
    await csms.isSent('Heartbeat')
  }
}
