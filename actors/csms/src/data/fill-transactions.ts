import { instant } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import { sql, type Kysely } from 'kysely'
import { after, type Transaction } from '../core/running.ts'
import { registersOf, sampleMax } from '../core/samples.ts'
import { earliest, stampedText } from '../core/said.ts'

type Name = { readonly station_id: string; readonly transaction_id: string }

/** Of one statement, so that each is done long before it would be ended. */
const transactionsMax = 500
/** Of one transaction that runs: so many from its beginning, and as many from its end. */
const eventsMax = 16

/** Makes the rows of the transactions whose events are on file, some at a time. */
export async function fillTransactions(db: Kysely<unknown>): Promise<void> {
  let last: Name | undefined = { station_id: '', transaction_id: '' }
  while (last !== undefined) last = await fillSome(db, last)
}

/** @returns the last of these, where there may be more after it. */
async function fillSome(db: Kysely<unknown>, past: Name): Promise<Name | undefined> {
  const { rows } = await sql<Name & { readonly running: boolean }>`
    with filled as (
      insert into transactions
        (station_id, transaction_id, started_at, ended_at, first_watt_hours, last_watt_hours)
      select station_id, transaction_id, min(at), min(at) filter (where event_type = 'Ended'),
        min(register_watt_hours) filter (where abs(register_watt_hours) <= ${sampleMax}),
        max(register_watt_hours) filter (where abs(register_watt_hours) <= ${sampleMax})
      from transaction_events
      where (station_id, transaction_id) > (${past.station_id}, ${past.transaction_id})
      group by station_id, transaction_id
      order by station_id, transaction_id limit ${transactionsMax}
      returning station_id, transaction_id, ended_at is null as running)
    select * from filled order by station_id, transaction_id`.execute(db)
  for (const row of rows) if (row.running) await fillState(db, row)
  return rows.length < transactionsMax ? undefined : rows.at(-1)
}

/** Of the events at both ends, for those between say little else. */
async function fillState(db: Kysely<unknown>, { station_id, transaction_id }: Name): Promise<void> {
  const some = (order: 'asc' | 'desc') => sql`
    (select seq_no, content, at, message from transaction_events
      where station_id = ${station_id} and transaction_id = ${transaction_id}
      order by seq_no ${sql.raw(order)}, content ${sql.raw(order)} limit ${eventsMax})`
  const { rows } = await sql<{ readonly at: string; readonly message: string }>`
    select at, message from (${some('asc')} union ${some('desc')}) as ends
    order by seq_no, content`.execute(db)
  let state: Transaction | undefined
  for (const { at, message } of rows) {
    const event = JSON.parse(message) as Request<'TransactionEvent'>
    state = after(state, event, instant(Number(at)), registersOf(event.meterValue))
  }
  if (state === undefined) return
  const [evseId, chargingState] = [state.evseId?.value, state.chargingState?.value]
  const text = JSON.stringify({ evseId, chargingState, begunWith: state.begunWith?.value })
  await sql`
    update transactions set state = ${text}
    where station_id = ${station_id} and transaction_id = ${transaction_id}`.execute(db)
}

/**
 * Makes columns of what {@link fillTransactions} keeps as JSON; whatever event comes next is newer than that. It is read
 * here: the database reads no JSON in which a station's token has a NUL or half a character.
 */
export async function splitStates(db: Kysely<unknown>): Promise<void> {
  let past: Name | undefined = { station_id: '', transaction_id: '' }
  while (past !== undefined) {
    const { rows } = await sql<Name & { readonly state: string | null }>`
      select station_id, transaction_id, state from transactions
      where (station_id, transaction_id) > (${past.station_id}, ${past.transaction_id})
      order by station_id, transaction_id limit ${statesMax}`.execute(db)
    const stated = rows.filter(({ state }) => state !== null)
    const states = stated.map(({ state }) => JSON.parse(state ?? '') as Record<string, unknown>)
    const told = (name: string) =>
      states.map(({ [name]: value }) =>
        value === undefined ? null : stampedText({ seqNo: 0, at: earliest, value }),
      )
    await sql`
      update transactions as each
      set evse = told.evse, charging_state = told.charging_state, begun_with = told.begun_with
      from unnest(
        ${stated.map((row) => row.station_id)}::text[],
        ${stated.map((row) => row.transaction_id)}::text[],
        ${told('evseId')}::text[], ${told('chargingState')}::text[], ${told('begunWith')}::text[])
        as told (station_id, transaction_id, evse, charging_state, begun_with)
      where each.station_id = told.station_id
        and each.transaction_id = told.transaction_id`.execute(db)
    past = rows.length < statesMax ? undefined : rows.at(-1)
  }
}

/** Of one statement. */
const statesMax = 5_000
