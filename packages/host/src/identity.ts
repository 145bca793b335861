import type { PrivateKey } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'

/** An actor's own key and certificate. */
export type Identity = {
  readonly key: PrivateKey
  readonly keyPem: string
  /** Leaf first, then issuing. */
  readonly chainPem: string
  /** What the certificate says. */
  readonly peer: Peer
}
