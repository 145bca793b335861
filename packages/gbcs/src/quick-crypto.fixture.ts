import { nodeCrypto } from '@interlock/host'
import type { PrivateKey, PublicKey } from '@interlock/kernel'

const agreed = new WeakMap<PrivateKey, WeakMap<PublicKey, Uint8Array>>()

/**
 * The same cryptography, but what two keys agree on is computed once: those who try every bit of a message
 * ask for it thousands of times, and it does not depend on the message.
 */
export const crypto: typeof nodeCrypto = {
  ...nodeCrypto,
  agree(own, peer) {
    const known = agreed.get(own) ?? new WeakMap<PublicKey, Uint8Array>()
    const shared = known.get(peer) ?? nodeCrypto.agree(own, peer)
    agreed.set(own, known.set(peer, shared))
    return shared
  },
}
