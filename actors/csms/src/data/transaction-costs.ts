import { sql, type Kysely } from 'kysely'
import type { CostDocument } from '../core/transaction-cost.ts'
import type { CsmsTables } from './schema.ts'

export type KeptCost = {
  readonly stationId: string
  readonly transactionId: string
  /** From how many events it was computed. */
  readonly events: number
  readonly cost: CostDocument
}

/** What transactions that have ended cost, as it was computed with the tariff of that time. */
export type TransactionCostStore = {
  /** One that was computed from fewer events does not take the place of what is there. */
  put(kept: KeptCost): Promise<void>
  /** By transaction id. */
  of(station: string, transactionIds: readonly string[]): Promise<ReadonlyMap<string, CostDocument>>
}

export const transactionCostStore = (db: Kysely<CsmsTables>): TransactionCostStore => ({
  async put({ stationId, transactionId, events, cost }) {
    await sql`
      insert into transaction_costs (station_id, transaction_id, events, cost)
      values (${stationId}, ${transactionId}, ${events}, ${JSON.stringify(cost)}::jsonb)
      on conflict (station_id, transaction_id) do update
        set events = excluded.events, cost = excluded.cost
        where transaction_costs.events <= excluded.events`.execute(db)
  },
  async of(station, transactionIds) {
    if (transactionIds.length === 0) return new Map()
    const rows = await db
      .selectFrom('transaction_costs')
      .select(['transaction_id', 'cost'])
      .where('station_id', '=', station)
      .where('transaction_id', 'in', transactionIds)
      .execute()
    return new Map(rows.map((row) => [row.transaction_id, row.cost as CostDocument]))
  },
})
