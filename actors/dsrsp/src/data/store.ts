import type { Path } from '@interlock/contract'
import {
  fromBase64,
  instant,
  toBase64,
  type Eui64,
  type Instant,
  type StationId,
} from '@interlock/kernel'
import { nextCounter } from '@interlock/seal'
import { sql, type Kysely } from 'kysely'
import type { DsrspTables } from './schema.ts'

/** A pre-authorisation that the LLCS has taken, and whether the station holds the curve for it. */
export type Holding = {
  readonly digest: string
  readonly from: Instant
  readonly until: Instant
  readonly curveStored: boolean
}

export type Store = {
  /**
   * The next counter towards that target, durable before it is used. Commands count by their path,
   * arms and requests to the DCC by `duis`.
   */
  counter(target: Eui64, path: Path | 'duis', now: Instant): Promise<bigint>
  putHolding(station: StationId, holding: Holding): Promise<void>
  holdings(): Promise<Map<string, Holding>>
  /** The command that set that meter's tariff, as its supplier signed it. */
  tariff(meter: Eui64): Promise<Uint8Array | undefined>
  putTariff(meter: Eui64, signed: Uint8Array): Promise<void>
}

export const openStore = (db: Kysely<DsrspTables>): Store => ({
  async counter(target, path, now) {
    const first = nextCounter(0n, now).toString()
    const { rows } = await sql<{ value: string }>`
      insert into counters (target, path, value) values (${target}, ${path}, ${first}::numeric)
      on conflict (target, path) do update
        set value = greatest(counters.value + 1, excluded.value)
      returning value::text as value`.execute(db)
    return BigInt(rows[0]?.value ?? first)
  },
  async putHolding(station, holding) {
    const row = {
      digest: holding.digest,
      from_at: String(holding.from),
      until_at: String(holding.until),
      curve_stored: holding.curveStored,
    }
    await db
      .insertInto('holdings')
      .values({ station_id: station, ...row })
      .onConflict((conflict) => conflict.column('station_id').doUpdateSet(row))
      .execute()
  },
  async tariff(meter) {
    const row = await db
      .selectFrom('tariffs')
      .select('signed')
      .where('meter', '=', meter)
      .executeTakeFirst()
    return row && fromBase64(row.signed)
  },
  async putTariff(meter, signed) {
    const row = { signed: toBase64(signed) }
    await db
      .insertInto('tariffs')
      .values({ meter, ...row })
      .onConflict((conflict) => conflict.column('meter').doUpdateSet(row))
      .execute()
  },
  async holdings() {
    const rows = await db.selectFrom('holdings').selectAll().execute()
    return new Map(
      rows.map((row) => [
        row.station_id,
        {
          digest: row.digest,
          from: instant(Number(row.from_at)),
          until: instant(Number(row.until_at)),
          curveStored: row.curve_stored,
        },
      ]),
    )
  },
})
