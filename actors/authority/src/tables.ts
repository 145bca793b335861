import { sql, type Kysely } from 'kysely'

/** Instants are milliseconds since 1970, wall time; `bigint` columns arrive as text. */
export type AuthorityTables = {
  certificates: {
    serial_hex: string
    profile: string
    role: string
    eui: string
    organisation: string
    common_name: string
    certificate_pem: string
    issued_at: string | number
  }
  revocations: { serial_hex: string; revoked_at: string | number; reason: string }
  lists: { id: number; number: number }
}

const statements = [
  `create table certificates (
    serial_hex text primary key, profile text not null, role text not null, eui text not null,
    organisation text not null, common_name text not null, certificate_pem text not null,
    issued_at bigint not null)`,
  `create table revocations (
    serial_hex text primary key references certificates, revoked_at bigint not null,
    reason text not null)`,
  `create table lists (id integer primary key check (id = 1), number integer not null)`,
  `insert into lists (id, number) values (1, 0)`,
]

export const migrations = [
  {
    name: '0001-authority',
    up: async (db: Kysely<unknown>): Promise<void> => {
      for (const statement of statements) await sql.raw(statement).execute(db)
    },
  },
]
