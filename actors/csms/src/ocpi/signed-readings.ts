import { receiptNature } from '@interlock/billing'
import { fromBase64, fromIso, fromUtf8, type Instant } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import { receiptCharactersMax } from '@interlock/ocmf'
import type { SignedValue } from '@interlock/ocpi'
import type { RegisterReading } from '@interlock/privacy'
import { samplesOf } from '../core/samples.ts'
import { eventsMax } from '../data/kept-events.ts'
import type { KeptEvent } from '../data/kept-events.ts'
import type { TransactionName } from '../core/transaction-name.ts'
import type { TransactionStore } from '../data/transaction-events.ts'

/** What a transaction's meter has signed, as it came, and what its registers say. */
export type SignedReadings = {
  readonly from: Instant
  readonly until: Instant
  readonly wattHours: number
  readonly values: readonly SignedValue[]
  readonly registers: readonly RegisterReading[]
  /** As the station told it; who verifies has it from elsewhere. */
  readonly publicKey?: string
}

type Event = Pick<Request<'TransactionEvent'>, 'meterValue'>
type Reading = {
  readonly at: Instant
  readonly wattHours: number
  readonly value: SignedValue
  readonly receipts: readonly SignedValue[]
}

const natures: Readonly<Record<string, string>> = {
  'Transaction.Begin': 'Start',
  'Transaction.End': 'End',
}
/** OCPI's lists have no end, ours do. */
const valuesMax = 1_000
const eventsAtOnce = 250

/** In the order of their times; `undefined` where nothing was signed, or more than a record holds. */
export function signedReadings(events: readonly Event[]): SignedReadings | undefined {
  let publicKey: string | undefined
  const readings: Reading[] = []
  for (const { timestamp, sampledValue } of events.flatMap(({ meterValue = [] }) => meterValue)) {
    const at = fromIso(timestamp)
    for (const sample of sampledValue) {
      const { signedMeterValue, context = '' } = sample
      const { registerWattHours: wattHours } = samplesOf([{ timestamp, sampledValue: [sample] }])
      if (signedMeterValue === undefined || at === undefined || wattHours === undefined) continue
      if (signedMeterValue.publicKey !== '') publicKey ??= signedMeterValue.publicKey
      const { signedMeterData: signed_data } = signedMeterValue
      const value = {
        nature: natures[context] ?? 'Intermediate',
        plain_data: plainOf(signed_data),
        signed_data,
      }
      readings.push({ at, wattHours, value, receipts: receiptIn(signedMeterValue) })
    }
  }
  readings.sort((one, other) => one.at - other.at)
  const [first, last] = [readings[0], readings.at(-1)]
  if (first === undefined || last === undefined || readings.length > valuesMax) return undefined
  return {
    from: first.at,
    until: last.at,
    wattHours: last.wattHours - first.wattHours,
    values: valuesOf(readings),
    registers: readings.map(({ at, wattHours }) => ({ at, wattHours })),
    ...(publicKey === undefined ? {} : { publicKey }),
  }
}

/** Of a session too long for all, the vehicle's word on beginning and end. */
function valuesOf(readings: readonly Reading[]): readonly SignedValue[] {
  const all = readings.flatMap(({ value, receipts }) => [value, ...receipts])
  if (all.length <= valuesMax) return all
  const ends = [readings[0], readings.at(-1)].flatMap((each) => each?.receipts ?? [])
  return [...readings.map(({ value }) => value), ...ends].slice(0, valuesMax)
}

type Signed = NonNullable<
  NonNullable<Event['meterValue']>[number]['sampledValue'][number]['signedMeterValue']
>

/** What the vehicle has signed of it goes along as it came; whoever bills judges it. */
function receiptIn({ customData }: Signed): readonly SignedValue[] {
  const { meteringReceipt } = (customData ?? {}) as { meteringReceipt?: unknown }
  const { plainData, signature } = (meteringReceipt ?? {}) as Record<string, unknown>
  const isReceipt =
    typeof plainData === 'string' &&
    plainData.length <= receiptCharactersMax &&
    typeof signature === 'string' &&
    signature.length <= receiptCharactersMax
  return isReceipt ? [{ nature: receiptNature, plain_data: plainData, signed_data: signature }] : []
}

/** The payload that was signed; a record that is none is sent as it is, for others to refuse. */
function plainOf(signed: string): string {
  const bytes = fromBase64(signed)
  try {
    return (bytes === undefined ? undefined : fromUtf8(bytes).split('|')[1]) ?? signed
  } catch {
    return signed
  }
}

/** Those of a transaction on file. */
export async function readSigned(
  store: Pick<TransactionStore, 'events'>,
  name: TransactionName,
): Promise<SignedReadings | undefined> {
  const events: Event[] = []
  let last: KeptEvent | undefined
  do {
    const page = await store.events(name, {
      limit: eventsAtOnce,
      ...(last === undefined ? {} : { after: last }),
    })
    for (const { message } of page) {
      const { meterValue } = JSON.parse(message) as Event
      if (meterValue !== undefined) events.push({ meterValue })
    }
    last = page.at(-1)
  } while (last?.more === true && events.length < eventsMax)
  return last?.more === true ? undefined : signedReadings(events)
}
