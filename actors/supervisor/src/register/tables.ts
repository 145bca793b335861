import {
  createPlannersTable,
  createWitnessTable,
  type LedgerTables,
  type WitnessTables,
} from '@interlock/store'
import { sql, type Kysely } from 'kysely'

/** Instants are milliseconds since 1970; `bigint` and `numeric` columns arrive as text. */
export type SupervisorTables = LedgerTables &
  WitnessTables & {
    devices: {
      station_id: string
      eui: string
      rating_watts: number
      /** JSON array of EVSE ids. */
      evses: string
      delay_seconds_max: number
      region: string
      feeder: string
      csms: string
      dsrsp: string | null
      llcs: string | null
      firmware_sha256: string
      secret_sha256: string
      state: string
      trust_mode: string
      first_contact_key: string | null
      chain_pem: string | null
      serial_hex: string | null
      notified_at: string | number
    }
    /** Of each station the last word about the DSR provider that is bound to it. */
    provider_statements: { station_id: string; counter: string | number; statement: string }
    firmware: { sha256: string; maker: string; version: string; registered_at: string | number }
    providers: {
      organisation: string
      role: string
      chain_pem: string
      registered_at: string | number
    }
    counters: { organisation: string; station_id: string; value: string }
    grants: {
      reservation: string
      organisation: string
      station_id: string
      evse: number
      slot: string | null
      /** JSON of the schedule, where there is one. */
      schedule: string | null
      stands_until: string | number
      /** JSON of the countersigned command. */
      command: string
      granted_at: string | number
    }
    charging_hours: {
      station_id: string
      counter: string | number
      /** JSON of a `HoursRecord`. */
      record: string
      /** JSON of the signed answer to the last statement. */
      acknowledgement: string
    }
    revocation_list: { id: number; pem: string }
    meters: {
      /** In capitals. */
      evse_id: string
      serial: string
      public_key: string
      rating_watts: number
      begins_at: string | number
    }
  }

const statements = [
  `create table devices (
    station_id text primary key, eui text not null unique, rating_watts integer not null,
    evses text not null, delay_seconds_max integer not null, region text not null,
    feeder text not null, csms text not null, dsrsp text, llcs text,
    firmware_sha256 text not null, secret_sha256 text not null, state text not null,
    first_contact_key text, chain_pem text, serial_hex text, notified_at bigint not null)`,
  `create table firmware (
    sha256 text primary key, maker text not null, version text not null,
    registered_at bigint not null)`,
  `create table providers (
    organisation text not null, role text not null, chain_pem text not null,
    registered_at bigint not null, primary key (organisation, role))`,
  `create table counters (
    organisation text not null, station_id text not null, value numeric(20,0) not null,
    primary key (organisation, station_id))`,
  `create table grants (
    reservation text primary key, organisation text not null, station_id text not null,
    evse integer not null, slot text, schedule text, stands_until bigint not null,
    command text not null, granted_at bigint not null)`,
  `create index grants_standing on grants (station_id, stands_until)`,
  `create table reservations (
    id text primary key, reservation text not null, asked_by text not null,
    ends_at bigint not null)`,
  `create index reservations_by_end on reservations (ends_at)`,
  `create table plans (
    organisation text not null, region text not null, plan text not null, ends_at bigint not null,
    primary key (organisation, region))`,
  `create table checkpoints (
    organisation text not null, actor text not null, seq bigint not null, hash text not null,
    checkpoint text not null, witnessed_at bigint not null,
    primary key (organisation, actor, seq))`,
  `create table revocation_list (id integer primary key check (id = 1), pem text not null)`,
]

export const migrations = [
  {
    name: '0001-supervisor',
    up: async (db: Kysely<unknown>): Promise<void> => {
      for (const statement of statements) await sql.raw(statement).execute(db)
    },
  },
  {
    name: '0002-witness',
    up: async (db: Kysely<unknown>): Promise<void> => {
      await sql.raw('drop table checkpoints').execute(db)
      await sql.raw(createWitnessTable).execute(db)
    },
  },
  {
    name: '0003-trust-mode',
    up: async (db: Kysely<unknown>): Promise<void> => {
      await sql`alter table devices add column trust_mode text not null default 'supervised'`.execute(
        db,
      )
    },
  },
  {
    name: '0004-planners',
    up: async (db: Kysely<unknown>): Promise<void> => {
      await sql.raw(createPlannersTable).execute(db)
    },
  },
  {
    name: '0005-charging-hours',
    up: async (db: Kysely<unknown>): Promise<void> => {
      await sql`create table charging_hours (
        station_id text primary key, counter bigint not null, record text not null,
        acknowledgement text not null)`.execute(db)
    },
  },
  {
    name: '0006-meters',
    up: async (db: Kysely<unknown>): Promise<void> => {
      await sql
        .raw(
          `create table meters (
            evse_id text not null, serial text not null, public_key text not null,
            rating_watts integer not null, begins_at bigint not null,
            primary key (evse_id, begins_at))`,
        )
        .execute(db)
    },
  },
  {
    name: '0007-provider-statements',
    up: async (db: Kysely<unknown>): Promise<void> => {
      await sql`create table provider_statements (
        station_id text primary key, counter bigint not null, statement text not null)`.execute(db)
    },
  },
]
