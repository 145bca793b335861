import { createOcpiTables, type OcpiTables } from '@interlock/store'
import { sql, type Generated, type Kysely } from 'kysely'

/** Instants are milliseconds since 1970; `bigint` columns arrive as text. */
export type EmspTables = OcpiTables & {
  bills: {
    /** `NL*CPO*C1`, in capitals. */
    record: string
    /** JSON of the charge detail record, as it came. */
    cdr: string
    meter: string
    first_page: number
    last_page: number
    contract_id: string
    /** Of the authorisation, in capitals; of one charge alone. */
    reference: string | null
    /** JSON: what the meter signed, and the cost by our tariff. */
    session: string
    billed_at: string | number
    /** In the order in which they came. */
    arrived: Generated<string>
  }
  /** What was read by topic; each message once. */
  told: {
    topic: string
    /** EUI-64. */
    author: string
    sequence: string | number
    kind: string
    transaction: string
    /** JSON, as it was sealed. */
    payload: string
    told_at: string | number
    arrived: Generated<string>
  }
  disputes: {
    record: string
    reason: string
    at_fault: string
    detail: string
    /** JSON of the record that is disputed: the evidence. */
    cdr: string
    raised_at: string | number
    arrived: string
  }
}

const statements = [
  ...createOcpiTables,
  `create table bills (
    record text primary key, cdr text not null, meter text not null, first_page integer not null,
    last_page integer not null, contract_id text not null, session text not null,
    billed_at bigint not null)`,
  `create index bills_of_meter on bills (meter)`,
  `create table disputes (
    record text not null, reason text not null, at_fault text not null, detail text not null,
    cdr text not null, raised_at bigint not null, arrived bigserial)`,
  // A record that is sent again is disputed once.
  `create unique index disputes_distinct on disputes (record, reason, md5(cdr))`,
]

const toldStatements = [
  `create table told (
    topic text not null, author text not null, sequence bigint not null, kind text not null,
    transaction text not null, payload text not null, told_at bigint not null,
    primary key (topic, author, sequence))`,
  `create index told_by_time on told (told_at)`,
]

/** Two may fall into one millisecond: pages go by the order in which they came. */
const arrivals = ['bills', 'told'].flatMap((table) => [
  `alter table ${table} add column arrived bigserial`,
  `create unique index ${table}_by_arrival on ${table} (arrived)`,
])

const referenceStatements = [
  `alter table bills add column reference text`,
  `update bills set reference = upper(cdr::json ->> 'authorization_reference')`,
  `create index bills_under_reference on bills (reference)`,
]

export const migrations = [
  {
    name: '0001-emsp',
    up: async (db: Kysely<unknown>): Promise<void> => {
      for (const statement of statements) await sql.raw(statement).execute(db)
    },
  },
  {
    name: '0002-told',
    up: async (db: Kysely<unknown>): Promise<void> => {
      for (const statement of toldStatements) await sql.raw(statement).execute(db)
    },
  },
  {
    name: '0003-arrivals',
    up: async (db: Kysely<unknown>): Promise<void> => {
      for (const statement of arrivals) await sql.raw(statement).execute(db)
    },
  },
  {
    name: '0004-references',
    up: async (db: Kysely<unknown>): Promise<void> => {
      for (const statement of referenceStatements) await sql.raw(statement).execute(db)
    },
  },
]
