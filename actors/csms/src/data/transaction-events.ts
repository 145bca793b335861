import { instant, type Crypto } from '@interlock/kernel'
import { sql, type Kysely } from 'kysely'
import { runningMax, type Transaction } from '../core/running.ts'
import type { TransactionName } from '../core/transaction-name.ts'
import { blamesRows } from './blames-rows.ts'
import { pageOfEvents, type EventPage, type KeptEvent } from './kept-events.ts'
import { inGroups } from './group-commit.ts'
import { insertEvents, type EventRow, type Kept } from './insert-events.ts'
import type { CsmsTables } from './schema.ts'
import { toldIn, type ToldRow } from './transaction-columns.ts'

/** Number and time of the newest event are known of one that runs. */
export type KeptTransaction = Transaction & { readonly stationId: string }

export type Totals = { readonly transactions: number; readonly energyWattHours: number }

export type TransactionStore = {
  /** Resolves when the event is durable; rejects when it is not, and then nothing was acknowledged. */
  readonly add: (row: EventRow) => Promise<Kept>
  /**
   * Of each of these stations the transactions that have not ended, the oldest first, for as many as one may have; and
   * the latest of all, whether it has ended or not. However much is on file, little is read for it.
   */
  current(stations: readonly string[]): Promise<KeptTransaction[]>
  readonly totals: () => Promise<Totals>
  /** Transactions of one station, the latest first. */
  list(station: string, page: TransactionPage): Promise<KeptTransaction[]>
  find(station: string, transactionId: string): Promise<KeptTransaction | undefined>
  /** Events of one transaction by their numbers: no more than asked for, nor than may be read at one go. */
  events(name: TransactionName, page: EventPage): Promise<KeptEvent[]>
}

/** `before`: transactions that began before this moment, ms since 1970, and id. */
export type TransactionPage = {
  readonly limit: number
  readonly before?: { readonly at: number; readonly transactionId: string }
}

/** Durable TransactionEvents. One that comes again (E13) changes nothing; a different one is not lost. */
export function transactionStore(
  db: Kysely<CsmsTables>,
  crypto: Pick<Crypto, 'sha256'>,
): TransactionStore {
  const limits = { blamesRows, rowsMax: 1000, queueMax: 20_000 }
  return {
    add: inGroups(limits, (rows: readonly EventRow[]) => insertEvents(db, crypto, rows)),
    current: async (stations) =>
      keptOf(
        await sql<KeptRow>`
          select ${columns} from unnest(${stations}::text[]) as asked (station_id)
          cross join lateral (
            (select * from transactions
              where station_id = asked.station_id and ended_at is null
              order by started_at desc, transaction_id desc limit ${runningMax})
            union
            (select * from transactions where station_id = asked.station_id
              order by started_at desc, transaction_id desc limit 1)) as each
          ${withNewest}
          order by started_at, each.transaction_id`.execute(db),
      ),
    async list(station, { limit, before }) {
      const { at, transactionId } = before ?? { at: Number.MAX_SAFE_INTEGER, transactionId: '' }
      return keptOf(
        await sql<KeptRow>`
          select ${columns} from (
            select * from transactions where station_id = ${station}
              and (started_at, transaction_id) < (${at}::bigint, ${transactionId})
            order by started_at desc, transaction_id desc limit ${limit}) as each
          ${withNewest}
          order by started_at desc, each.transaction_id desc`.execute(db),
      )
    },
    async find(station, transactionId) {
      const [found] = keptOf(
        await sql<KeptRow>`
          select ${columns} from (
            select * from transactions
            where station_id = ${station} and transaction_id = ${transactionId}) as each
          ${withNewest}`.execute(db),
      )
      return found
    },
    events: (name, page) => pageOfEvents(db, name, page),
    async totals() {
      const { rows } = await sql<{ transactions: string; energy: number | null }>`
        select count(*) as transactions,
          sum(greatest(last_watt_hours, read.register) - first_watt_hours) as energy
        from transactions as each ${withNewest}`.execute(db)
      const [row] = rows
      return { transactions: Number(row?.transactions ?? 0), energyWattHours: row?.energy ?? 0 }
    },
  }
}

type KeptRow = ToldRow & Pick<KeptTransaction, 'stationId' | 'transactionId' | 'seqNo' | 'at'>

const keptOf = ({ rows }: { readonly rows: readonly KeptRow[] }): KeptTransaction[] =>
  rows.map((row) => {
    const { stationId, transactionId, seqNo, at } = row
    return { stationId, transactionId, seqNo, at: instant(at), ...toldIn(row) }
  })

const columns = sql`
  each.station_id as "stationId", each.transaction_id as "transactionId",
  started_at::float8 as "startedAt", ended_at::float8 as "endedAt",
  first_watt_hours as "firstWattHours",
  greatest(last_watt_hours, read.register) as "lastWattHours",
  evse as "evseId", charging_state as "chargingState", begun_with as "begunWith",
  coalesce(newest.seq_no, 0) as "seqNo", coalesce(read.at, started_at)::float8 as at`

/** Among the events of so many newest numbers of a running transaction one tells its register. */
const newestMax = 64

/**
 * What a running transaction's head does not follow from event to event. The numbers bound what is read for it, for
 * the database expects few events under a station's transaction, and would rather sort them all.
 */
const withNewest = sql`
  left join lateral (
    select seq_no from transaction_events as event
    where each.ended_at is null and event.station_id = each.station_id
      and event.transaction_id = each.transaction_id
    order by seq_no desc limit 1
  ) as newest on true
  left join lateral (
    select max(register_watt_hours) as register,
      max(at) filter (where event.seq_no = newest.seq_no) as at
    from transaction_events as event
    where event.station_id = each.station_id and event.transaction_id = each.transaction_id
      and event.seq_no > newest.seq_no - ${sql.lit(newestMax)}
  ) as read on true`
