import {
  createPlannersTable,
  createWitnessTable,
  type LedgerTables,
  type WitnessTables,
} from '@interlock/store'
import { sql, type Generated, type Kysely } from 'kysely'

/** A request as a document, unsigned, and its user's certificate, base64 of DER. */
export type KeptRequest = { request: string; certificate: string }

/** Instants are milliseconds since 1970, world time; `bigint` and `numeric` columns arrive as text. */
export type DccTables = LedgerTables &
  WitnessTables & {
    /** `at`: when it was used. */
    counters: { source: string; target: string; last: string; at: string | number }
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
    } & KeptRequest
    /** Requests with a date of execution, and for a while what became of them. */
    future_dated: {
      reference: Generated<string>
      organisation: string
      role: string
      /** One request is held for each: a later one replaces it. */
      slot: string
      /** Originator and device, divided by a space. */
      line: string
      execute_at: string | number
      /** `sending`: on its way when the process ended, so that nobody knows. */
      state: 'held' | 'sending' | 'done'
      outcome: string | null
      /** Of the arm that is charged for it. */
      digest: string | null
      /** It has been counted for the thresholds at its time, and is tried again. */
      counted: boolean
    } & KeptRequest
    /** What devices are that somebody has moved. */
    device_status: { eui: string; status: string; at: string | number }
    /** What was decided last of a reader that the inventory names; `at` is when it was signed. */
    reader_consents: {
      device: string
      reader: string
      consent: 'given' | 'withdrawn'
      at: string | number
    }
    /** Alerts that a user has not taken yet: documents, unsigned. */
    pushed_alerts: {
      id: string
      organisation: string
      role: string
      at: string | number
      xml: string
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
  {
    name: '0006-future-dated',
    up: async (db: Kysely<unknown>): Promise<void> => {
      const tables = [
        `create table future_dated (
          reference bigserial primary key, organisation text not null, role text not null,
          slot text not null, execute_at bigint not null, state text not null, outcome text,
          digest text, request text not null, certificate text not null)`,
        "create unique index future_dated_slot on future_dated (slot) where state = 'held'",
        'create index future_dated_by_user on future_dated (organisation, role)',
        'create index future_dated_by_time on future_dated (state, execute_at)',
      ]
      for (const statement of tables) await sql.raw(statement).execute(db)
    },
  },
  {
    name: '0007-devices-and-alerts',
    up: async (db: Kysely<unknown>): Promise<void> => {
      const tables = [
        'create table device_status (eui text primary key, status text not null, at bigint not null)',
        'create sequence alert_ids',
        `create table pushed_alerts (
          id bigint primary key, organisation text not null, role text not null,
          at bigint not null, xml text not null)`,
        'create index pushed_alerts_by_user on pushed_alerts (organisation, role, id)',
      ]
      for (const statement of tables) await sql.raw(statement).execute(db)
    },
  },
  {
    name: '0008-due-first',
    up: async (db: Kysely<unknown>): Promise<void> => {
      const changes = [
        `alter table future_dated add column line text not null default '',
          add column counted boolean not null default false`,
        `alter table counters add column at bigint not null
          default (extract(epoch from now()) * 1000)::bigint`,
        // A slot begins with organisation, role, originator and device.
        "update future_dated set line = split_part(slot, ' ', 3) || ' ' || split_part(slot, ' ', 4)",
        "create index future_dated_by_line on future_dated (line) where state = 'held'",
      ]
      for (const statement of changes) await sql.raw(statement).execute(db)
    },
  },
  {
    name: '0009-reader-consents',
    up: async (db: Kysely<unknown>): Promise<void> => {
      await sql
        .raw(
          `create table reader_consents (
            device text not null, reader text not null, consent text not null, at bigint not null,
            primary key (device, reader))`,
        )
        .execute(db)
    },
  },
]
