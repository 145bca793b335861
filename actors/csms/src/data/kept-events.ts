import type { Request } from '@interlock/ocpp'
import { sql, type Kysely } from 'kysely'
import { samplesOf } from '../core/samples.ts'
import type { TransactionName } from '../core/transaction-name.ts'
import type { CsmsTables } from './schema.ts'
import type { TransactionStore } from './transaction-events.ts'

/** An event as it is on file; `content` is empty for the first of its number. */
export type KeptEvent = {
  readonly seqNo: number
  readonly content: string
  readonly message: string
  /** There is another after it. */
  readonly more: boolean
}

export type EventPage = {
  readonly limit: number
  readonly after?: { readonly seqNo: number; readonly content: string }
}

/** Messages read at one go, for they are parsed at one go. One event is always read, however long. */
const pageBytesMax = 524_288

export async function pageOfEvents(
  db: Kysely<CsmsTables>,
  { stationId, transactionId }: TransactionName,
  { limit, after = { seqNo: -1, content: '' } }: EventPage,
): Promise<KeptEvent[]> {
  const { rows } = await sql<KeptEvent>`
    select seq_no as "seqNo", content, message, more from (
      select seq_no, content, message,
        row_number() over (order by seq_no, content) as place,
        sum(octet_length(message)) over (order by seq_no, content) as bytes,
        lead(seq_no) over (order by seq_no, content) is not null as more
      from (select seq_no, content, message from transaction_events
        where station_id = ${stationId} and transaction_id = ${transactionId}
          and (seq_no, content) > (${after.seqNo}::integer, ${after.content})
        order by seq_no, content limit ${limit + 1}) as found) as counted
    where place <= ${limit} and (place = 1 or bytes <= ${pageBytesMax})
    order by place`.execute(db)
  return rows
}

type Event = Request<'TransactionEvent'>

export type ReadTransaction = {
  /** In the order of their numbers; of their meter values only registers, in Wh. */
  readonly events: readonly Event[]
  /** These are all. */
  readonly whole: boolean
}

/** Events read of one transaction; a charge that reports each minute fills a week. */
export const eventsMax = 10_000
const eventsAtOnce = 250
/** Registers kept of them, some thousands of which fit into one message. */
export const registersMax = 50_000

/** What a transaction's document and cost are made from, read in turns with everybody else's work. */
export async function readTransaction(
  store: Pick<TransactionStore, 'events'>,
  name: TransactionName,
): Promise<ReadTransaction> {
  const events: Event[] = []
  let last: KeptEvent | undefined
  let registers = 0
  do {
    const limit = Math.min(eventsAtOnce, eventsMax - events.length)
    const page = await store.events(name, { limit, ...(last === undefined ? {} : { after: last }) })
    for (const { message } of page) {
      const event = registersOf(JSON.parse(message) as Event)
      registers += event.meterValue?.length ?? 0
      events.push(event)
    }
    last = page.at(-1)
  } while (last?.more === true && events.length < eventsMax && registers < registersMax)
  return { events, whole: last?.more !== true }
}

function registersOf(event: Event): Event {
  const { meterValue, ...rest } = event
  const registers = (meterValue ?? []).flatMap(({ timestamp, ...value }) => {
    const { registerWattHours } = samplesOf([{ timestamp, ...value }])
    if (registerWattHours === undefined) return []
    return [{ timestamp, sampledValue: [{ value: registerWattHours }] }]
  })
  return registers.length === 0 ? rest : { ...rest, meterValue: registers }
}
