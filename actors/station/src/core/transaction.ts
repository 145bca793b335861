import { toIso, type Instant } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import { chargingState, registerWattHours, type Charger } from './charger.ts'

/** One session at the plug (E01 … E15); it begins and ends with the cable (TxStartPoint EVConnected). */
export type Transaction = {
  readonly id: string
  /** Of the next event (E01.FR.07: from 0, without gaps). */
  readonly seqNo: number
  readonly idToken?: string
  readonly remoteStartId?: number
}

type Event = Request<'TransactionEvent'>
export type EventType = Event['eventType']
export type Trigger = Event['triggerReason']
export type StoppedReason = NonNullable<Event['transactionInfo']['stoppedReason']>
type MeterValue = NonNullable<Event['meterValue']>[number]
type Context = NonNullable<MeterValue['sampledValue'][number]['context']>

const contexts = {
  Started: 'Transaction.Begin',
  Updated: 'Sample.Periodic',
  Ended: 'Transaction.End',
} as const satisfies Record<EventType, Context>

/** Power, energy and, where there is a reading, grid frequency at `now`. */
export const meterValue = (
  charger: Charger,
  frequencyHertz: number | undefined,
  now: Instant,
  context: Context,
): MeterValue => ({
  timestamp: toIso(now),
  sampledValue: [
    {
      value: registerWattHours(charger, now),
      measurand: 'Energy.Active.Import.Register',
      unitOfMeasure: { unit: 'Wh' },
      context,
    },
    {
      value: charger.meter.powerWatts,
      measurand: 'Power.Active.Import',
      unitOfMeasure: { unit: 'W' },
      context,
    },
    ...(frequencyHertz === undefined
      ? []
      : [
          {
            value: frequencyHertz,
            measurand: 'Frequency',
            unitOfMeasure: { unit: 'Hz' },
            context,
          } as const,
        ]),
  ],
})

export type Occasion = {
  readonly eventType: EventType
  readonly trigger: Trigger
  /** Of an `Ended` event; `EVDisconnected` unless given. */
  readonly stoppedReason?: StoppedReason
  readonly evse: number
  readonly now: Instant
  readonly frequencyHertz?: number
  readonly offline: boolean
}

/** The next event of a transaction, and the transaction after it. */
export function nextEvent(
  transaction: Transaction,
  charger: Charger,
  occasion: Occasion,
): { readonly event: Event; readonly transaction: Transaction } {
  const { eventType, trigger, evse, now, frequencyHertz, offline } = occasion
  const { id, seqNo, idToken, remoteStartId } = transaction
  const event: Event = {
    eventType,
    timestamp: toIso(now),
    triggerReason: trigger,
    seqNo,
    ...(offline ? { offline } : {}),
    transactionInfo: {
      transactionId: id,
      chargingState: chargingState(charger),
      ...(eventType === 'Ended'
        ? { stoppedReason: occasion.stoppedReason ?? 'EVDisconnected' }
        : {}),
      ...(remoteStartId === undefined ? {} : { remoteStartId }),
    },
    evse: { id: evse, connectorId: 1 },
    ...(eventType === 'Started'
      ? {
          idToken:
            idToken === undefined
              ? { idToken: '', type: 'NoAuthorization' }
              : { idToken, type: 'ISO14443' },
        }
      : {}),
    meterValue: [meterValue(charger, frequencyHertz, now, contexts[eventType])],
  }
  return { event, transaction: { ...transaction, seqNo: seqNo + 1 } }
}
