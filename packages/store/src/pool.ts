import type { PostgresPool, PostgresPoolClient } from 'kysely'
import pg from 'pg'
import { databaseFault } from './database-fault.ts'

export type PoolLimits = {
  readonly connectionsMax: number
  readonly connectMillisMax: number
  /** A statement that takes longer is ended by the server, and given up by us a little later. */
  readonly statementMillisMax: number
  readonly lockMillisMax: number
}

export const poolLimits: PoolLimits = {
  connectionsMax: 10,
  connectMillisMax: 5_000,
  statementMillisMax: 10_000,
  lockMillisMax: 5_000,
}

/** A pool of connections whose failures are Faults that name `shown`. */
export function openPool(url: string, shown: string, limits: PoolLimits): PostgresPool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'interlock',
    max: limits.connectionsMax,
    connectionTimeoutMillis: limits.connectMillisMax,
    statement_timeout: limits.statementMillisMax,
    lock_timeout: limits.lockMillisMax,
    idle_in_transaction_session_timeout: limits.statementMillisMax * 2,
    query_timeout: limits.statementMillisMax + 2_000,
    keepAlive: true,
  })
  const faultOf = (error: unknown): unknown => databaseFault(shown, error) ?? error
  // A connection that dies says so twice; the statement that notices is the one that reports it.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))

  return {
    async connect() {
      try {
        return withFaults(await pool.connect(), faultOf)
      } catch (error) {
        throw faultOf(error)
      }
    },
    end: () => pool.end(),
  }
}

function withFaults(
  client: pg.PoolClient,
  faultOf: (error: unknown) => unknown,
): PostgresPoolClient {
  let broken = false
  const query = async (sql: string, parameters: readonly unknown[]) => {
    try {
      return await client.query(sql, [...parameters])
    } catch (error) {
      const fault = faultOf(error)
      broken ||= fault !== error
      throw fault
    }
  }
  // The other shape of `query` takes a cursor, and no cursor is configured.
  return { query, release: () => client.release(broken) } as unknown as PostgresPoolClient
}
