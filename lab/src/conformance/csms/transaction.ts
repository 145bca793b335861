import type { Request, Response } from '@interlock/ocpp'
import type { VirtualStation } from './virtual-station.ts'

type Event = Request<'TransactionEvent'>
type Trigger = Event['triggerReason']
type Details = Partial<Omit<Event, 'transactionInfo'>> & {
  readonly info?: Partial<Event['transactionInfo']>
}

export type TransactionOptions = { readonly evseId?: number; readonly connectorId?: number }

/** A transaction of the runner's station: counts its own events. */
export type Transaction = {
  readonly id: string
  /** The numbers of the events that have been made. */
  readonly seqNos: () => number[]
  started: Tell
  updated: Tell
  ended: Tell
  /** Makes an event that is not sent now, as a station that is offline would. */
  later(eventType: Event['eventType'], trigger: Trigger, details?: Details): Event
}
type Tell = (
  trigger: Trigger,
  details?: Details,
  expected?: unknown,
) => Promise<Response<'TransactionEvent'>>

export function createTransaction(
  station: Pick<VirtualStation, 'sends'>,
  { evseId = 1, connectorId = 1 }: TransactionOptions,
): Transaction {
  const id = crypto.randomUUID()
  let seqNo = 0
  let wattHours = 1_000
  const make = (eventType: Event['eventType'], trigger: Trigger, details: Details = {}): Event => {
    const { info, ...rest } = details
    wattHours += 100
    return {
      eventType,
      timestamp: new Date().toISOString(),
      triggerReason: trigger,
      seqNo: seqNo++,
      transactionInfo: { transactionId: id, ...info },
      ...(eventType === 'Started' ? { evse: { id: evseId, connectorId } } : {}),
      meterValue: [energy(wattHours, contextOf[eventType])],
      ...rest,
    }
  }
  const tell =
    (eventType: Event['eventType']): Tell =>
    (trigger, details, expected) =>
      station.sends('TransactionEvent', make(eventType, trigger, details), expected)
  return {
    id,
    seqNos: () => Array.from({ length: seqNo }, (_, index) => index),
    started: tell('Started'),
    updated: tell('Updated'),
    ended: tell('Ended'),
    later: make,
  }
}

const contextOf = {
  Started: 'Transaction.Begin',
  Updated: 'Sample.Periodic',
  Ended: 'Transaction.End',
} as const

type MeterValue = NonNullable<Event['meterValue']>[number]
type Context = NonNullable<MeterValue['sampledValue'][number]['context']>

/** One reading of the import register. */
export const energy = (wattHours: number, context: Context): MeterValue => ({
  timestamp: new Date().toISOString(),
  sampledValue: [
    {
      value: wattHours,
      context,
      measurand: 'Energy.Active.Import.Register',
      unitOfMeasure: { unit: 'Wh' },
    },
  ],
})
