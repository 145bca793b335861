import type { FlattenedJws } from '@interlock/contract'
import type { StationId } from '@interlock/kernel'
import { sql, type Kysely } from 'kysely'
import type { HoursRecord } from '../core/hours.ts'
import type { SupervisorTables } from './tables.ts'

/** What is known of a charger's hours, with the answer that its last statement got. */
export type KnownHours = {
  readonly record: HoursRecord
  readonly acknowledgement: FlattenedJws
}

export type HoursRegister = {
  find(station: StationId): Promise<KnownHours | undefined>
  /** Durable when it resolves. @returns false when the counter, or a later one, was used before. */
  put(station: StationId, known: KnownHours): Promise<boolean>
}

export const hoursRegister = (db: Kysely<SupervisorTables>): HoursRegister => ({
  async find(station) {
    const row = await db
      .selectFrom('charging_hours')
      .select(['record', 'acknowledgement'])
      .where('station_id', '=', station)
      .executeTakeFirst()
    if (row === undefined) return undefined
    return {
      record: recordIn(row.record),
      acknowledgement: JSON.parse(row.acknowledgement) as FlattenedJws,
    }
  },
  async put(station, { record, acknowledgement }) {
    const { rows } = await sql`
      insert into charging_hours (station_id, counter, record, acknowledgement)
      values (${station}, ${record.counter}, ${JSON.stringify(record)},
        ${JSON.stringify(acknowledgement)})
      on conflict (station_id) do update set counter = excluded.counter, record = excluded.record,
        acknowledgement = excluded.acknowledgement
        where charging_hours.counter < excluded.counter
      returning counter`.execute(db)
    return rows.length > 0
  },
})

export const recordIn = (json: string): HoursRecord => JSON.parse(json) as HoursRecord
