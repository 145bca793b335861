import type { Crypto } from '@interlock/kernel'
import { sql, type Kysely } from 'kysely'
import { blamesRows } from './blames-rows.ts'
import { inGroups } from './group-commit.ts'
import { insertEvents, type EventRow, type Kept } from './insert-events.ts'
import type { CsmsTables } from './schema.ts'

export type KeptTransaction = {
  readonly stationId: string
  readonly transactionId: string
  readonly startedAt: number
  readonly ended: boolean
  readonly firstWattHours: number | undefined
  readonly lastWattHours: number | undefined
}

export type Totals = { readonly transactions: number; readonly energyWattHours: number }

export type TransactionStore = {
  /** Resolves when the event is durable; rejects when it is not, and then nothing was acknowledged. */
  readonly add: (row: EventRow) => Promise<Kept>
  /** The latest transaction of each station. */
  latest(): Promise<KeptTransaction[]>
  readonly totals: () => Promise<Totals>
  /**
   * Messages of the transactions of one station, the latest transactions first; each transaction's as they came.
   */
  ofStation(station: string, page: TransactionPage): Promise<KeptEvents[]>
  /** Messages of every transaction that has not ended. */
  running(): Promise<KeptEvents[]>
}

/** `before`: transactions that began before this moment, ms since 1970, and id. */
export type TransactionPage = {
  readonly limit: number
  readonly before?: { readonly at: number; readonly transactionId: string }
  readonly transactionId?: string
}
export type KeptEvents = {
  readonly stationId: string
  readonly transactionId: string
  readonly startedAt: number
  readonly messages: readonly string[]
}

/** Durable TransactionEvents. One that comes again (E13) changes nothing; a different one is not lost. */
export function transactionStore(
  db: Kysely<CsmsTables>,
  crypto: Pick<Crypto, 'sha256'>,
): TransactionStore {
  const limits = { blamesRows, rowsMax: 1000, queueMax: 20_000 }
  return {
    add: inGroups(limits, (rows: readonly EventRow[]) => insertEvents(db, crypto, rows)),
    async latest() {
      const { rows } = await sql<KeptTransaction>`
        select distinct on (station_id) station_id as "stationId", transaction_id as "transactionId",
          started_at::float8 as "startedAt", ended,
          first_watt_hours as "firstWattHours", last_watt_hours as "lastWattHours"
        from (${sql.raw(perTransaction)}) as kept
        order by station_id, started_at desc, transaction_id`.execute(db)
      return rows.map((row) => ({
        ...row,
        firstWattHours: row.firstWattHours ?? undefined,
        lastWattHours: row.lastWattHours ?? undefined,
      }))
    },
    async ofStation(station, { limit, before, transactionId }) {
      const { at, transactionId: id } = before ?? { at: Number.MAX_SAFE_INTEGER, transactionId: '' }
      const { rows } = await sql<KeptEvents>`
        select station_id as "stationId", transaction_id as "transactionId",
          min(at)::float8 as "startedAt", array_agg(message order by arrived) as messages
        from transaction_events
        where station_id = ${station}
          and (${transactionId ?? null}::text is null or transaction_id = ${transactionId ?? null})
        group by station_id, transaction_id
        having (min(at), transaction_id) < (${at}::bigint, ${id})
        order by min(at) desc, transaction_id desc limit ${limit}`.execute(db)
      return rows
    },
    async running() {
      const { rows } = await sql<KeptEvents>`
        select station_id as "stationId", transaction_id as "transactionId",
          min(at)::float8 as "startedAt", array_agg(message order by arrived) as messages
        from transaction_events group by station_id, transaction_id
        having not bool_or(event_type = 'Ended')
        order by min(at) limit ${runningMax}`.execute(db)
      return rows
    },
    async totals() {
      const { rows } = await sql<{ transactions: string; energy: number | null }>`
        select count(*) as transactions, sum(last_watt_hours - first_watt_hours) as energy
        from (${sql.raw(perTransaction)}) as kept`.execute(db)
      const [row] = rows
      return { transactions: Number(row?.transactions ?? 0), energyWattHours: row?.energy ?? 0 }
    },
  }
}

/** As many as the stations of one CSMS can have. */
const runningMax = 100_000

const perTransaction = `
  select station_id, transaction_id, min(at) as started_at,
    bool_or(event_type = 'Ended') as ended,
    min(register_watt_hours) as first_watt_hours, max(register_watt_hours) as last_watt_hours
  from transaction_events group by station_id, transaction_id`
