import {
  createPlannersTable,
  createWitnessTable,
  type LedgerTables,
  type WitnessTables,
} from '@interlock/store'
import { sql, type Kysely } from 'kysely'

/** Instants are milliseconds since 1970, world time; `bigint` and `numeric` columns arrive as text. */
export type DccTables = LedgerTables &
  WitnessTables & {
    counters: { source: string; target: string; last: string }
    /**
     * Arms under way, and for as long as an alert about them may charge them: their budget goes back
     * at `release_at`, unless they were used.
     */
    arms: {
      digest: string
      originator: string
      target: string
      counter: string
      release_at: string | number | null
      used: boolean
      returned: boolean
      /** What they were charged, and the last instant of it. */
      reservation: string
      ends_at: string | number
    }
  }

const statements = [
  `create table counters (
    source text not null, target text not null, last numeric(20) not null,
    primary key (source, target))`,
  `create table reservations (
    id text primary key, reservation text not null, asked_by text not null,
    ends_at bigint not null)`,
  `create table arms (
    digest text primary key, originator text not null, target text not null,
    counter numeric(20) not null, release_at bigint, used boolean not null)`,
  `create index arms_by_command on arms (originator, target, counter)`,
  `create table plans (
    organisation text not null, region text not null, plan text not null, ends_at bigint not null,
    primary key (organisation, region))`,
]

export const migrations = [
  {
    name: '0001-dcc',
    up: async (db: Kysely<unknown>): Promise<void> => {
      for (const statement of statements) await sql.raw(statement).execute(db)
    },
  },
  {
    name: '0002-witness',
    up: async (db: Kysely<unknown>): Promise<void> => {
      await sql.raw(createWitnessTable).execute(db)
    },
  },
  {
    name: '0003-late-alerts',
    up: async (db: Kysely<unknown>): Promise<void> => {
      const arms = `alter table arms add column returned boolean not null default false,
        add column reservation text, add column ends_at bigint`
      const known = `update arms set reservation = r.reservation, ends_at = r.ends_at
        from reservations r where r.id = arms.digest`
      for (const statement of [arms, known, 'delete from arms where reservation is null'])
        await sql.raw(statement).execute(db)
    },
  },
  {
    name: '0004-planners',
    up: async (db: Kysely<unknown>): Promise<void> => {
      await sql.raw(createPlannersTable).execute(db)
    },
  },
]
