import {
  createPlannersTable,
  createWitnessTable,
  type LedgerTables,
  type WitnessTables,
} from '@interlock/store'
import { sql, type Generated, type Kysely } from 'kysely'

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
    /** Requests of a user in a minute; `shared` are those that counted for everyone as well. */
    tallies: {
      who: string
      service: string
      minute: string | number
      count: number
      shared: number
    }
    /** Those that a user has set for itself. */
    thresholds: { who: string; thresholds: string }
    /** Requests that were not carried out, until somebody says what becomes of them. */
    quarantine: {
      reference: Generated<string>
      organisation: string
      role: string
      breach: string
      at: string | number
      /** The request as a document, unsigned, and its user's certificate, base64 of DER. */
      request: string
      certificate: string
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
  {
    name: '0005-anomalies',
    up: async (db: Kysely<unknown>): Promise<void> => {
      const tables = [
        `create table tallies (
          who text not null, service text not null, minute bigint not null,
          count integer not null, shared integer not null, primary key (who, service, minute))`,
        'create table thresholds (who text primary key, thresholds text not null)',
        `create table quarantine (
          reference bigserial primary key, organisation text not null, role text not null,
          breach text not null, at bigint not null, request text not null, certificate text not null)`,
        'create index quarantine_by_user on quarantine (organisation, role)',
      ]
      for (const statement of tables) await sql.raw(statement).execute(db)
    },
  },
]
