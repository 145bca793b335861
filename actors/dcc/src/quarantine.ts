import type { Breach, ServiceRequest } from '@interlock/duis'
import {
  instant,
  type Clock,
  type Crypto,
  type Eui64,
  type Instant,
  type Role,
} from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import type { Kysely, Selectable } from 'kysely'
import type { User } from './anomaly.ts'
import { kept, readKept } from './kept-request.ts'
import type { DccTables } from './tables.ts'

/** A request that waits for somebody's word. */
export type Quarantined = {
  readonly reference: string
  readonly breach: Breach
  readonly user: User
  readonly request: ServiceRequest
  /** The user, by the certificate that it used. */
  readonly peer: Peer
  readonly at: Instant
}

/**
 * Requests that broke a limit: kept, not carried out, until they are processed or deleted. Each is taken
 * out once, whoever asks and however often.
 */
export type Quarantine = {
  /** Its reference; `undefined` when this user has as many as may be held. */
  hold(request: ServiceRequest, peer: Peer, breach: Breach): Promise<string | undefined>
  /** One page, oldest first, of everybody or of one user; it begins behind a reference, the last of the page before. */
  list(user: User | undefined, after: string | undefined): Promise<readonly Quarantined[]>
  find(reference: string): Promise<Quarantined | undefined>
  /** False when somebody else was faster. */
  takeOut(reference: string): Promise<boolean>
}

/** What one user may have waiting; a flood is refused, not kept. */
export const quarantinedMax = 1_000
/** The longest page. */
export const quarantinePageMax = 1_000

export function quarantine(
  db: Kysely<DccTables>,
  { clock, crypto }: { readonly clock: Clock; readonly crypto: Crypto },
): Quarantine {
  const read = (row: Selectable<DccTables['quarantine']>): Quarantined => {
    const { reference } = row
    const breach = row.breach as Breach
    const user = { organisation: row.organisation as Eui64, role: row.role as Role }
    const at = instant(Number(row.at))
    return { reference, breach, user, at, ...readKept(row, crypto) }
  }
  const rowsOf = (user: User | undefined) => {
    const rows = db
      .selectFrom('quarantine')
      .selectAll()
      .orderBy('reference')
      .limit(quarantinePageMax)
    if (user === undefined) return rows
    const { organisation, role } = user
    return rows.where('organisation', '=', organisation).where('role', '=', role)
  }

  return {
    async hold(request, peer, breach) {
      const { organisation, role } = peer
      const held = await db
        .selectFrom('quarantine')
        .select(({ fn }) => fn.countAll<string>().as('count'))
        .where('organisation', '=', organisation)
        .where('role', '=', role)
        .executeTakeFirstOrThrow()
      if (Number(held.count) >= quarantinedMax) return undefined
      const row = await db
        .insertInto('quarantine')
        .values({ organisation, role, breach, at: clock.now(), ...kept(request, peer) })
        .returning('reference')
        .executeTakeFirstOrThrow()
      return row.reference
    },
    async list(user, after = '0') {
      return (await rowsOf(user).where('reference', '>', after).execute()).map(read)
    },
    async find(reference) {
      const row = await rowsOf(undefined).where('reference', '=', reference).executeTakeFirst()
      return row === undefined ? undefined : read(row)
    },
    async takeOut(reference) {
      const rows = await db
        .deleteFrom('quarantine')
        .where('reference', '=', reference)
        .returning('reference')
        .execute()
      return rows.length === 1
    },
  }
}
