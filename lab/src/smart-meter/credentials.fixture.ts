import type { CredentialsBody } from '@interlock/duis'
import type { Identity } from '@interlock/host'
import { fromPem } from '@interlock/pki'

/** What puts the certificate of this party in the cells of its role. */
export function credentialsOf(
  { peer, chainPem }: Pick<Identity, 'peer' | 'chainPem'>,
  change: Partial<CredentialsBody> = {},
): CredentialsBody {
  return {
    kind: 'credentials',
    role: peer.role === 'supplier' ? 'Supplier' : 'LoadController',
    floor: 0n,
    certificates: { signing: peer.der, keyAgreement: peer.der },
    path: fromPem(chainPem, 'CERTIFICATE').slice(1),
    timeChecks: true,
    ...change,
  }
}
