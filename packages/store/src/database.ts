import { Fault } from '@interlock/kernel'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { shownUrl } from './database-fault.ts'
import { openPool, poolLimits, type PoolLimits } from './pool.ts'

/** A step of a server's schema. Steps are only ever added at the end; a step once released is fixed. */
export type Migration = {
  readonly name: string
  up(db: Kysely<unknown>): Promise<void>
}

export type Database<Schema> = {
  /** A statement that meets a database that is gone throws Fault `DatabaseUnavailable`. */
  readonly db: Kysely<Schema>
  readonly close: () => Promise<void>
}

/**
 * Opens a server's own PostgreSQL database and brings its schema up to date, all steps or none.
 * @throws Fault `DatabaseUnavailable`, `DatabaseDenied`, or `DatabaseNewer` when it holds a schema
 *   that this program does not know
 */
export async function openDatabase<Schema>(
  url: string,
  migrations: readonly Migration[],
  limits: PoolLimits = poolLimits,
): Promise<Database<Schema>> {
  const shown = shownUrl(url)
  const dialect = new PostgresDialect({ pool: openPool(url, shown, limits) })
  const db = new Kysely<Schema>({ dialect })
  try {
    await migrate(db as unknown as Kysely<MigrationSchema>, migrations, shown)
  } catch (error) {
    await db.destroy()
    throw error
  }
  let closing: Promise<void> | undefined
  return { db, close: () => (closing ??= db.destroy()) }
}

type MigrationSchema = { migration: { name: string; applied_at: Date } }

/** Any number will do, as long as nobody else uses it in this database. */
const migrationLock = 0x1e710c

async function migrate(
  db: Kysely<MigrationSchema>,
  migrations: readonly Migration[],
  shown: string,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    // Two nodes of one server may start at once.
    await sql`SELECT pg_advisory_xact_lock(${migrationLock})`.execute(transaction)
    await transaction.schema
      .createTable('migration')
      .ifNotExists()
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('applied_at', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
      .execute()
    const rows = await transaction.selectFrom('migration').select('name').execute()
    const applied = new Set(rows.map(({ name }) => name))
    const known = new Set(migrations.map(({ name }) => name))
    const newer = [...applied].find((name) => !known.has(name))
    if (newer !== undefined)
      throw new Fault('DatabaseNewer', `${shown}: holds the schema step ${newer}, unknown here`, {
        remedy: 'run the version of the program that made it, or use another database',
      })
    for (const migration of migrations) {
      const { name } = migration
      if (applied.has(name)) continue
      await migration.up(transaction as unknown as Kysely<unknown>)
      await transaction
        .insertInto('migration')
        .values({ name, applied_at: sql<Date>`now()` })
        .execute()
    }
  })
}
