import { openDatabase } from '@interlock/store'
import { sql, type Kysely } from 'kysely'
import type { Running } from '@interlock/host'
import type { Request } from '@interlock/ocpp'
import type { BareAnswer } from './bare-server.ts'

type Row = {
  readonly stationId: string
  readonly event: Request<'TransactionEvent'>
  readonly text: string
  readonly done: { resolve(answer: object): void; reject(cause: unknown): void }
}

/**
 * TransactionEvents without logic: what came in during the last insert is inserted as one statement,
 * into a table like the CSMS's, and acknowledged when it is durable.
 */
export async function openBareEvents(url: string): Promise<Running & { answer: BareAnswer }> {
  const { db, close } = await openDatabase<object>(url, [{ name: '0001-bare', up: createTable }])
  let queue: Row[] = []
  let writing = false
  const writeAll = async (): Promise<void> => {
    writing = true
    while (queue.length > 0) {
      const rows = queue
      queue = []
      await insert(db, rows).then(
        () => rows.forEach(({ done }) => done.resolve({})),
        (cause: unknown) => rows.forEach(({ done }) => done.reject(cause)),
      )
    }
    writing = false
  }
  return {
    close,
    answer: (_action, payload, stationId, text) =>
      new Promise((resolve, reject) => {
        const event = payload as Request<'TransactionEvent'>
        queue.push({ stationId, event, text, done: { resolve, reject } })
        if (!writing) void writeAll()
      }),
  }
}

async function createTable(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table transaction_events (
      station_id text not null, transaction_id text not null, seq_no integer not null,
      at bigint not null, event_type text not null, register_watt_hours double precision,
      message text not null, primary key (station_id, transaction_id, seq_no))`.execute(db)
}

async function insert(db: Kysely<object>, rows: readonly Row[]): Promise<void> {
  await sql`
    insert into transaction_events
      (station_id, transaction_id, seq_no, at, event_type, register_watt_hours, message)
    select * from unnest(
      ${rows.map((row) => row.stationId)}::text[],
      ${rows.map(({ event }) => event.transactionInfo.transactionId)}::text[],
      ${rows.map(({ event }) => event.seqNo)}::integer[],
      ${rows.map(({ event }) => Date.parse(event.timestamp))}::bigint[],
      ${rows.map(({ event }) => event.eventType)}::text[],
      ${rows.map(() => null)}::double precision[],
      ${rows.map((row) => row.text)}::text[])
    on conflict do nothing`.execute(db)
}
