import type { Instant } from '@interlock/kernel'
import type { Kysely } from 'kysely'
import type { SupervisorTables } from './tables.ts'

export type Firmware = {
  /** SHA-256 of the image, hex. */
  readonly sha256: string
  readonly maker: string
  readonly version: string
}

/** Images that may run (PF12). */
export type FirmwareRegister = {
  has(sha256: string): boolean
  find(sha256: string): Firmware | undefined
  /** An image that is there already stays as it is. */
  add(firmware: Firmware, at: Instant): Promise<void>
}

export async function firmwareRegister(db: Kysely<SupervisorTables>): Promise<FirmwareRegister> {
  const rows = await db.selectFrom('firmware').select(['sha256', 'maker', 'version']).execute()
  const known = new Map<string, Firmware>(rows.map((row) => [row.sha256, row]))
  return {
    has: (sha256) => known.has(sha256),
    find: (sha256) => known.get(sha256),
    async add({ sha256, maker, version }, at) {
      await db
        .insertInto('firmware')
        .values({ sha256, maker, version, registered_at: at })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      if (!known.has(sha256)) known.set(sha256, { sha256, maker, version })
    },
  }
}
