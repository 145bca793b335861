import { assert } from '@interlock/kernel'
import pg from 'pg'

export type DatabaseLogin = {
  readonly name: string
  readonly user: string
  readonly password: string
}

const identifier = /^[a-z][a-z0-9_]{0,62}$/

/**
 * Creates what is missing: a login per database, its owner, and nobody else allowed to connect to it.
 * @param url the superuser's
 */
export async function createDatabases(
  url: string,
  databases: readonly DatabaseLogin[],
): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  await client.connect()
  try {
    for (const shared of ['postgres', 'template1'])
      await client.query(`REVOKE CONNECT ON DATABASE ${shared} FROM PUBLIC`)
    for (const { name, user, password } of databases) {
      assert(identifier.test(name) && identifier.test(user), `plain names: ${name}, ${user}`)
      const login = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [user])
      const verb = login.rowCount === 0 ? 'CREATE' : 'ALTER'
      const secret = client.escapeLiteral(password)
      await client.query(`${verb} ROLE ${user} LOGIN NOSUPERUSER NOCREATEDB PASSWORD ${secret}`)
      const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])
      if (found.rowCount === 0) await client.query(`CREATE DATABASE ${name} OWNER ${user}`)
      await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`)
    }
  } finally {
    await client.end()
  }
}
