import { eui64, instant, type Crypto, type Eui64, type Instant } from '@interlock/kernel'
import { bearerOf, fromPem, type Bearer, type ProfileName } from '@interlock/pki'
import type { Kysely } from 'kysely'
import type { AuthorityTables } from './tables.ts'

/** Every certificate this authority signed, and which of them count no longer. */
export type Register = {
  /** Keeps a certificate; one that is there already stays as it is. */
  add(certificate: { profile: ProfileName; pem: string; at: Instant }): Promise<Bearer>
  /** @returns undefined for a certificate that is not its own. */
  organisationOf(serialHex: string): Promise<Eui64 | undefined>
  /** @returns false when it was revoked before. */
  revoke(serialHex: string, reason: string, at: Instant): Promise<boolean>
  revoked(): Promise<{ serialHex: string; at: Instant }[]>
  /** Grows with every call. */
  nextListNumber(): Promise<number>
}

export const register = (db: Kysely<AuthorityTables>, crypto: Crypto): Register => ({
  async add({ profile, pem, at }) {
    const peer = readBearer(pem, crypto)
    await db
      .insertInto('certificates')
      .values({
        serial_hex: peer.serialHex,
        profile,
        role: peer.role,
        eui: peer.eui,
        organisation: peer.organisation,
        common_name: peer.commonName,
        certificate_pem: pem,
        issued_at: at,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    return peer
  },
  async organisationOf(serialHex) {
    const found = await db
      .selectFrom('certificates')
      .select('organisation')
      .where('serial_hex', '=', serialHex)
      .executeTakeFirst()
    return found === undefined ? undefined : eui64(found.organisation)
  },
  async revoke(serialHex, reason, at) {
    const inserted = await db
      .insertInto('revocations')
      .values({ serial_hex: serialHex, revoked_at: at, reason })
      .onConflict((conflict) => conflict.doNothing())
      .returning('serial_hex')
      .execute()
    return inserted.length > 0
  },
  async revoked() {
    const rows = await db
      .selectFrom('revocations')
      .select(['serial_hex', 'revoked_at'])
      .orderBy('serial_hex')
      .execute()
    return rows.map((row) => ({
      serialHex: row.serial_hex,
      at: instant(Number(row.revoked_at)),
    }))
  },
  async nextListNumber() {
    const row = await db
      .updateTable('lists')
      .set((columns) => ({ number: columns('number', '+', 1) }))
      .returning('number')
      .executeTakeFirstOrThrow()
    return row.number
  },
})

function readBearer(pem: string, crypto: Crypto): Bearer {
  const [der] = fromPem(pem, 'CERTIFICATE')
  const bearer = bearerOf(der ?? new Uint8Array(), crypto)
  if (!bearer.ok) throw new Error(`a certificate of our own is unreadable: ${bearer.reason}`)
  return bearer.value
}
