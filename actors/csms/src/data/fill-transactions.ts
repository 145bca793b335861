import { instant } from '@interlock/kernel'
import type { Request } from '@interlock/ocpp'
import { sql, type Kysely } from 'kysely'
import { after, type Transaction } from '../core/running.ts'
import { sampleMax, samplesOf } from '../core/samples.ts'

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
    const { registerWattHours } = samplesOf(event.meterValue)
    state = after(state, event, instant(Number(at)), registerWattHours)
  }
  if (state === undefined) return
  const [evseId, chargingState] = [state.evseId?.value, state.chargingState?.value]
  const text = JSON.stringify({ evseId, chargingState, begunWith: state.begunWith?.value })
  await sql`
    update transactions set state = ${text}
    where station_id = ${station_id} and transaction_id = ${transaction_id}`.execute(db)
}

/** Makes columns of what {@link fillTransactions} keeps as JSON; whatever event comes next is newer than that. */
export async function splitStates(db: Kysely<unknown>): Promise<void> {
  const stamp = `${'0'.repeat(10)} ${'0'.repeat(15)} `
  const told = (name: string) => sql`${sql.lit(stamp)} || (state::json -> ${sql.lit(name)})::text`
  let past: Name | undefined = { station_id: '', transaction_id: '' }
  while (past !== undefined) {
    const { rows } = await sql<Name>`
      with part as (
        select station_id, transaction_id from transactions
        where (station_id, transaction_id) > (${past.station_id}, ${past.transaction_id})
        order by station_id, transaction_id limit ${statesMax}),
      split as (
        update transactions as each set evse = ${told('evseId')},
          charging_state = ${told('chargingState')}, begun_with = ${told('begunWith')}
        from part where each.station_id = part.station_id
          and each.transaction_id = part.transaction_id and state is not null)
      select * from part order by station_id, transaction_id`.execute(db)
    past = rows.length < statesMax ? undefined : rows.at(-1)
  }
}

/** Of one statement. */
const statesMax = 5_000
