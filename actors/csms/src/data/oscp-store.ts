import type { Associations } from '@interlock/host/oscp'
import { unregistered, type Association, type HeldForecasts } from '@interlock/oscp'
import { sql, type Kysely } from 'kysely'
import type { CsmsTables } from './schema.ts'

/** How each operator stands and what it has said; in memory to be read, in the database to last. */
export type OscpStore = Associations & {
  forecastsOf(group: string): HeldForecasts
  /** In the database when it resolves. Bounded by the groups of the config and by what is held of one. */
  putForecasts(group: string, held: HeldForecasts): Promise<void>
  /** Reads it all; once, at start. */
  restore(): Promise<void>
}

export function oscpStore(db: Kysely<CsmsTables>): OscpStore {
  const associations = new Map<string, Association>()
  const forecasts = new Map<string, HeldForecasts>()
  return {
    of: (operator) => associations.get(operator) ?? unregistered,
    async keep(operator, association) {
      if (associations.get(operator) === association) return
      const json = sql`${JSON.stringify(association)}::jsonb`
      await db
        .insertInto('oscp_associations')
        .values({ operator, association: json })
        .onConflict((conflict) => conflict.column('operator').doUpdateSet({ association: json }))
        .execute()
      associations.set(operator, association)
    },
    forecastsOf: (group) => forecasts.get(group) ?? {},
    async putForecasts(group, held) {
      const json = sql`${JSON.stringify(held)}::jsonb`
      await db
        .insertInto('oscp_forecasts')
        .values({ group_id: group, forecasts: json })
        .onConflict((conflict) => conflict.column('group_id').doUpdateSet({ forecasts: json }))
        .execute()
      forecasts.set(group, held)
    },
    async restore() {
      for (const row of await db.selectFrom('oscp_associations').selectAll().execute())
        associations.set(row.operator, row.association as Association)
      for (const row of await db.selectFrom('oscp_forecasts').selectAll().execute())
        forecasts.set(row.group_id, row.forecasts as HeldForecasts)
    },
  }
}
