import type { Crypto, Eui64, Instant, Role } from '@interlock/kernel'
import { fromPem, peerOf, type Peer } from '@interlock/pki'
import type { Kysely } from 'kysely'
import type { SupervisorTables } from './tables.ts'

/** A provider and the certificate it signs with. */
export type Provider = { readonly peer: Peer; readonly chainPem: string }

/** The certificate in force of each provider, one per organisation and role. */
export type ProviderRegister = {
  find(organisation: Eui64, role: Role): Provider | undefined
  /** Registers a provider, or replaces the certificate it had. */
  put(provider: Provider, at: Instant): Promise<void>
}

export async function providerRegister(
  db: Kysely<SupervisorTables>,
  crypto: Crypto,
): Promise<ProviderRegister> {
  const rows = await db.selectFrom('providers').select('chain_pem').execute()
  const known = new Map<string, Provider>()
  for (const { chain_pem: chainPem } of rows) {
    const peer = peerOf(fromPem(chainPem, 'CERTIFICATE')[0] ?? new Uint8Array(), crypto)
    if (!peer.ok) throw new Error(`a registered certificate is unreadable: ${peer.reason}`)
    known.set(keyOf(peer.value.organisation, peer.value.role), { peer: peer.value, chainPem })
  }
  return {
    find: (organisation, role) => known.get(keyOf(organisation, role)),
    async put(provider, at) {
      const { organisation, role } = provider.peer
      const row = { organisation, role, chain_pem: provider.chainPem, registered_at: at }
      await db
        .insertInto('providers')
        .values(row)
        .onConflict((conflict) => conflict.columns(['organisation', 'role']).doUpdateSet(row))
        .execute()
      known.set(keyOf(organisation, role), provider)
    },
  }
}

const keyOf = (organisation: Eui64, role: Role): string => `${organisation} ${role}`
