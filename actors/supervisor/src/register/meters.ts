import { fromIso, instant, toIso, type Instant } from '@interlock/kernel'
import { sql, type Kysely } from 'kysely'
import type { SupervisorTables } from './tables.ts'

/** The meter of a charging point, from a moment on until another one follows. */
export type MeterEntry = {
  /** eMI3 id of the charging point. */
  readonly evseId: string
  /** As its records carry it (OCMF `MS` or `GS`). */
  readonly serial: string
  /** With which its records verify: hex or base64. */
  readonly publicKey: string
  /** Most that the charging point can deliver. */
  readonly ratingWatts: number
  readonly from: Instant
}

export type MeterRegister = {
  /** The newest first. */
  of(evseId: string): Promise<readonly MeterEntry[]>
  /** @returns false where it does not begin after all that are known: what was is never changed. */
  add(entry: MeterEntry): Promise<boolean>
}

/** A charging point has few; what is read for it has an end all the same. */
const metersMax = 100

export const meterRegister = (db: Kysely<SupervisorTables>): MeterRegister => ({
  async of(evseId) {
    const rows = await db
      .selectFrom('meters')
      .selectAll()
      .where('evse_id', '=', evseId.toUpperCase())
      .orderBy('begins_at', 'desc')
      .limit(metersMax)
      .execute()
    return rows.map((row) => ({
      evseId: row.evse_id,
      serial: row.serial,
      publicKey: row.public_key,
      ratingWatts: row.rating_watts,
      from: instant(Number(row.begins_at)),
    }))
  },
  async add({ evseId, serial, publicKey, ratingWatts, from }) {
    const id = evseId.toUpperCase()
    const { rows } = await sql<{ evse_id: string }>`
      insert into meters (evse_id, serial, public_key, rating_watts, begins_at)
      select ${id}, ${serial}, ${publicKey}, ${ratingWatts}, ${from}
      where not exists (select from meters where evse_id = ${id} and begins_at >= ${from})
        and (select count(*) from meters where evse_id = ${id}) < ${metersMax}
      on conflict do nothing returning evse_id`.execute(db)
    return rows.length > 0
  },
})

export const meterDocument = ({ from, ...entry }: MeterEntry) => ({ ...entry, from: toIso(from) })
/** `undefined` where `from` is no moment. */
export function meterIn(document: ReturnType<typeof meterDocument>): MeterEntry | undefined {
  const from = fromIso(document.from)
  return from === undefined ? undefined : { ...document, from }
}
