import { sql, type Kysely } from 'kysely'

/** Instants are milliseconds since 1970; `bigint` columns arrive as text. */
export type DsrspTables = {
  counters: { target: string; path: string; value: string }
  /** The signed command that set a meter's tariff, base64. */
  tariffs: { meter: string; signed: string }
  holdings: {
    station_id: string
    digest: string
    from_at: string
    until_at: string
    curve_stored: boolean
  }
}

const statements = [
  `create table counters (
    target text not null, path text not null, value numeric(20,0) not null,
    primary key (target, path))`,
  `create table holdings (
    station_id text primary key, digest text not null, from_at bigint not null,
    until_at bigint not null, curve_stored boolean not null)`,
]

export const migrations = [
  {
    name: '0001-dsrsp',
    up: async (db: Kysely<unknown>): Promise<void> => {
      for (const statement of statements) await sql.raw(statement).execute(db)
    },
  },
  {
    name: '0002-tariffs',
    up: async (db: Kysely<unknown>): Promise<void> => {
      await sql
        .raw('create table tariffs (meter text primary key, signed text not null)')
        .execute(db)
    },
  },
]
