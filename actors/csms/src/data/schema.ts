import { createOcpiTables, type OcpiTables } from '@interlock/store'
import { sql, type Generated, type Kysely } from 'kysely'
import { fillTransactions, splitStates } from './fill-transactions.ts'

/** Instants are milliseconds since 1970; `bigint` columns arrive as text. */
export type CsmsTables = OcpiTables & {
  stations: {
    station_id: string
    eui: string
    rating_watts: number
    evse: number
    feeder: string
    delay_seconds_max: number
    password_sha256: string | null
    llcs: string | null
    meter: string | null
    enrolled: boolean
    id_tokens: string
    commissioned_at: string | null
    trust_mode: string
    /** scrypt hash of the password of security profiles 1 and 2 (standard trust mode). */
    password_hash: string | null
    /** Of passwords that were sent to it and whose answer never came. */
    offered_hashes: Generated<string[]>
    /** The highest security profile under which it has connected. */
    security_profile: number | null
    boot_policy: string
    /** JSON array of EVSE ids; empty: the one in \`evse\`. */
    evses: string
  }
  transaction_events: {
    station_id: string
    transaction_id: string
    seq_no: number
    at: string
    event_type: string
    register_watt_hours: number | null
    message: string
    /** Empty for the first of its number; a digest of what it says for a different one that came later. */
    content: string
    /** In the order in which they came. */
    arrived: string
  }
  /** What of a transaction would else have to be gathered from its events, folded from those that changed it. */
  transactions: {
    station_id: string
    transaction_id: string
    started_at: string
    /** Null while it runs. */
    ended_at: string | null
    first_watt_hours: number | null
    /** Until it has ended: as of the last change. */
    last_watt_hours: number | null
    /** What events have said, stamped with number and time of the event: text that sorts by them. */
    evse: string | null
    charging_state: string | null
    begun_with: string | null
  }
  counters: { target: string; path: string; value: string }
  tariffs: { meter: string; signed: string; read_at: string }
  goals: {
    station_id: string
    departure: string
    energy_watt_hours: number
    from_watt_hours: number | null
  }
  schedules: { station_id: string; transaction_id: string; schedule: string }
  refused_commands: {
    id: string
    station_id: string
    at: string
    action: string
    reason: string
    detail: string | null
  }
  facts: { station_id: string; kind: string; key: string; at: string; value: unknown }
  tokens: { type: string; id_token: string; token: unknown }
  /** Of those that have ended. */
  transaction_costs: { station_id: string; transaction_id: string; events: number; cost: unknown }
  /** How each distribution operator stands with us. */
  oscp_associations: { operator: string; association: unknown }
  /** By type, the newest that each operator has said of a group. */
  oscp_forecasts: { group_id: string; forecasts: unknown }
  knocks: {
    id: string
    first_at: string
    last_at: string
    times: number
    reason: string
    /** Under which it came the last time, and the unit that its certificate named. */
    security_profile: number | null
    certificate_eui: string | null
  }
}

const statements = [
  `create table stations (
    station_id text primary key, eui text not null unique, rating_watts integer not null,
    evse integer not null, feeder text not null, delay_seconds_max integer not null,
    password_sha256 text, llcs text, meter text, enrolled boolean not null,
    id_tokens text not null, commissioned_at bigint)`,
  `create table transaction_events (
    station_id text not null, transaction_id text not null, seq_no integer not null,
    at bigint not null, event_type text not null, register_watt_hours double precision,
    message text not null, primary key (station_id, transaction_id, seq_no))`,
  `create table counters (
    target text not null, path text not null, value numeric(20,0) not null,
    primary key (target, path))`,
  `create table tariffs (
    meter text primary key, signed text not null, read_at bigint not null)`,
  `create table goals (
    station_id text primary key, departure bigint not null,
    energy_watt_hours double precision not null, from_watt_hours double precision)`,
  `create table schedules (
    station_id text primary key, transaction_id text not null, schedule text not null)`,
  `create table refused_commands (
    id text primary key, station_id text not null, at bigint not null, action text not null,
    reason text not null, detail text)`,
  `create index refused_commands_of_station on refused_commands (station_id, at desc)`,
  `create table knocks (
    id text primary key, first_at bigint not null, last_at bigint not null,
    times integer not null, reason text not null)`,
]

const knowledge = [
  `create table facts (
    station_id text not null, kind text not null, key text collate "C" not null,
    at bigint not null, value jsonb not null, primary key (station_id, kind, key))`,
  `create table tokens (
    type text not null, id_token text not null, token jsonb not null,
    primary key (type, id_token))`,
  `alter table stations add column trust_mode text not null default 'supervised'`,
  `alter table stations add column password_hash text`,
  `alter table stations add column security_profile integer`,
  `alter table stations add column boot_policy text not null default 'Accepted'`,
  `alter table stations add column evses text not null default '[]'`,
]

/** A different event under a number that is used already is kept beside the first; whether a transaction has ended is asked for each event. */
const contents = [
  `alter table transaction_events add column content text not null default ''`,
  `alter table transaction_events add column arrived bigserial`,
  `alter table transaction_events drop constraint transaction_events_pkey`,
  `alter table transaction_events
    add primary key (station_id, transaction_id, seq_no, content)`,
  `create index transaction_events_ended on transaction_events (station_id, transaction_id)
    where event_type = 'Ended'`,
]

const knockers = [
  `alter table knocks add column security_profile integer`,
  `alter table knocks add column certificate_eui text`,
]

const costs = [
  `create table transaction_costs (
    station_id text not null, transaction_id text not null, events integer not null,
    cost jsonb not null, primary key (station_id, transaction_id))`,
]

const transactions = [
  `create table transactions (
    station_id text not null, transaction_id text not null, started_at bigint not null,
    ended_at bigint, first_watt_hours double precision, last_watt_hours double precision,
    state text, primary key (station_id, transaction_id)) with (fillfactor = 70)`,
  `create index transactions_latest on transactions (station_id, started_at, transaction_id)`,
  `create index transactions_running on transactions (station_id, started_at, transaction_id)
    where ended_at is null`,
]

const capacity = [
  `create table oscp_associations (operator text primary key, association jsonb not null)`,
  `create table oscp_forecasts (group_id text primary key, forecasts jsonb not null)`,
]

const told = ['evse', 'charging_state', 'begun_with']

export const migrations = [
  {
    name: '0001-csms',
    up: async (db: Kysely<unknown>): Promise<void> => {
      for (const statement of statements) await sql.raw(statement).execute(db)
    },
  },
  {
    name: '0002-what-is-known',
    up: async (db: Kysely<unknown>): Promise<void> => {
      for (const statement of knowledge) await sql.raw(statement).execute(db)
    },
  },
  {
    name: '0003-event-contents',
    up: async (db: Kysely<unknown>): Promise<void> => {
      for (const statement of contents) await sql.raw(statement).execute(db)
    },
  },
  {
    name: '0004-knockers',
    up: async (db: Kysely<unknown>): Promise<void> => {
      for (const statement of knockers) await sql.raw(statement).execute(db)
    },
  },
  {
    name: '0005-transaction-costs',
    up: async (db: Kysely<unknown>): Promise<void> => {
      for (const statement of costs) await sql.raw(statement).execute(db)
    },
  },
  {
    name: '0006-transactions',
    up: async (db: Kysely<unknown>): Promise<void> => {
      for (const statement of transactions) await sql.raw(statement).execute(db)
      await fillTransactions(db)
    },
  },
  {
    name: '0007-offered-passwords',
    up: async (db: Kysely<unknown>): Promise<void> => {
      await sql
        .raw(`alter table stations add column offered_hashes text[] not null default '{}'`)
        .execute(db)
    },
  },
  {
    name: '0008-transactions-told',
    up: async (db: Kysely<unknown>): Promise<void> => {
      for (const column of told)
        await sql.raw(`alter table transactions add column ${column} text collate "C"`).execute(db)
      await splitStates(db)
      await sql.raw('alter table transactions drop column state').execute(db)
    },
  },
  {
    name: '0009-capacity',
    up: async (db: Kysely<unknown>): Promise<void> => {
      for (const statement of capacity) await sql.raw(statement).execute(db)
    },
  },
  {
    name: '0010-roaming',
    up: async (db: Kysely<unknown>): Promise<void> => {
      for (const statement of createOcpiTables) await sql.raw(statement).execute(db)
    },
  },
]
