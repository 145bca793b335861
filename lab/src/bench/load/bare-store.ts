import { openDatabase } from '@interlock/store'
import { sql, type Kysely } from 'kysely'
import type { Running } from '@interlock/host'
import type { Action, Request } from '@interlock/ocpp'
import { bareBatches } from './bare-batches.ts'
import type { BareAnswer } from './bare-server.ts'

/**
 * What stations send, stored without logic: what came in during the last insert is inserted as one
 * statement, into tables like the CSMS's, and acknowledged when it is durable.
 */
export async function openBareStore(url: string): Promise<Running & { answer: BareAnswer }> {
  const { db, close } = await openDatabase<object>(url, [{ name: '0001-bare', up: createTables }])
  const addEvent = bareBatches<EventRow>((rows) => insertEvents(db, rows))
  const addFact = bareBatches<FactRow>((rows) => insertFacts(db, rows))
  const add = (action: Action, payload: Request<Action>, stationId: string, text: string) => {
    if (action === 'TransactionEvent')
      return addEvent({ stationId, event: payload as Request<'TransactionEvent'>, text })
    return addFact({ stationId, kind: action, key: keyOf(action), payload })
  }
  return {
    close,
    answer: async (...given) => {
      await add(...given)
      return {}
    },
  }
}

/** One connector has one state; what was measured is kept each time. */
const keyOf = (action: Action): string =>
  action === 'StatusNotification' ? '1/1' : `${Date.now()}/${crypto.randomUUID()}`

async function createTables(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table transaction_events (
      station_id text not null, transaction_id text not null, seq_no integer not null,
      at bigint not null, event_type text not null, register_watt_hours double precision,
      message text not null, primary key (station_id, transaction_id, seq_no))`.execute(db)
  await sql`
    create table facts (
      station_id text not null, kind text not null, key text collate "C" not null,
      at bigint not null, value jsonb not null, primary key (station_id, kind, key))`.execute(db)
}

type EventRow = {
  readonly stationId: string
  readonly event: Request<'TransactionEvent'>
  readonly text: string
}

async function insertEvents(db: Kysely<object>, rows: readonly EventRow[]): Promise<void> {
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

type FactRow = {
  readonly stationId: string
  readonly kind: string
  readonly key: string
  readonly payload: object
}

async function insertFacts(db: Kysely<object>, rows: readonly FactRow[]): Promise<void> {
  const at = Date.now()
  await sql`
    insert into facts (station_id, kind, key, at, value)
    select * from unnest(
      ${rows.map((row) => row.stationId)}::text[],
      ${rows.map((row) => row.kind)}::text[],
      ${rows.map((row) => row.key)}::text[],
      ${rows.map(() => at)}::bigint[],
      ${rows.map((row) => JSON.stringify(row.payload))}::jsonb[])
    on conflict (station_id, kind, key)
      do update set at = excluded.at, value = excluded.value`.execute(db)
}
