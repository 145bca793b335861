import { limits } from '@interlock/contract'
import type { ActorDeps } from '@interlock/host'
import { inMinutes, type Timer } from '@interlock/kernel'
import { fromPem, readCrl } from '@interlock/pki'
import type { Kysely } from 'kysely'
import type { AuthorityClient } from './authority-client.ts'
import type { SupervisorTables } from './register/tables.ts'

/** Which certificates of the charging root count no longer. */
export type Revocations = {
  isRevoked(serialHex: string): boolean
  /** Whether there is a list, and not older than 72 h: critical acts rest on no other. */
  isFresh(): boolean
  /** The list in force, PEM; `undefined` before the first one came. */
  list(): string | undefined
  /** Fetches the list anew. @throws Fault `PeerUnavailable`. */
  refresh(): Promise<void>
  close(): void
}

const refreshEvery = inMinutes(30)

/** Keeps the authority's list: verified, stored, and fetched anew long before it runs out. */
export async function openRevocations(
  db: Kysely<SupervisorTables>,
  authority: AuthorityClient,
  /** The authority that signs the list, PEM. */
  issuingPem: string,
  deps: Pick<ActorDeps, 'wall' | 'crypto' | 'log'>,
): Promise<Revocations> {
  const [issuer = new Uint8Array()] = fromPem(issuingPem, 'CERTIFICATE')
  let serials: ReadonlySet<string> = new Set()
  let number = -1
  let thisUpdate = Number.NEGATIVE_INFINITY
  let pem: string | undefined
  let timer: Timer | undefined
  let open = true

  const take = (text: string): boolean => {
    const list = readCrl(text, issuer, deps.crypto)
    if (!list.ok) {
      deps.log.error({ reason: list.reason, detail: list.detail }, 'revocation list refused')
      return false
    }
    // An older list would bring a revoked certificate back.
    if (list.value.number < number) return false
    ;({ number, serials, thisUpdate } = list.value)
    pem = text
    return true
  }
  const refresh = async (): Promise<void> => {
    const text = await authority.list()
    if (!take(text)) return
    await db
      .insertInto('revocation_list')
      .values({ id: 1, pem: text })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ pem: text }))
      .execute()
  }
  const refreshQuietly = async (): Promise<void> => {
    try {
      await refresh()
    } catch (error) {
      deps.log.warn({ error: String(error) }, 'revocation list not renewed')
    }
    if (open) timer = deps.wall.after(refreshEvery, 'revocations', refreshQuietly)
  }

  const kept = await db.selectFrom('revocation_list').select('pem').executeTakeFirst()
  if (kept !== undefined) take(kept.pem)
  await refreshQuietly()
  return {
    isRevoked: (serialHex) => serials.has(serialHex),
    isFresh: () => deps.wall.now() - thisUpdate <= limits.revocationListMillisMax,
    list: () => pem,
    refresh,
    close() {
      open = false
      timer?.cancel()
    },
  }
}
