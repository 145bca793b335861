import type { Clock, Crypto } from '@interlock/kernel'
import { fromPem, verifyChain, type Peer } from '@interlock/pki'
import type { KeyClient } from './key-client.ts'

/** Certificates of others: had from the key server, and believed because their chain verifies. */
export type Directory = {
  /** Fetches it, if it is not known. @throws Fault when the key server does not answer */
  learn(thumbprint: string): Promise<Peer | undefined>
  /** The holder, if it is known, in force and not revoked. */
  peerOf(thumbprint: string): Peer | undefined
}

const heldMax = 20_000
/** How long one that is not there is not asked for again. */
const absentMillis = 2_000

export function createDirectory(options: {
  readonly keys: Pick<KeyClient, 'chainOf'>
  readonly rootPem: string
  readonly wall: Pick<Clock, 'now'>
  readonly crypto: Crypto
  readonly revoked: (serialHex: string) => boolean
}): Directory {
  const { keys, rootPem, wall, crypto, revoked } = options
  const roots = fromPem(rootPem, 'CERTIFICATE')
  const held = new Map<string, Peer>()
  const absent = new Map<string, number>()

  function peerOf(thumbprint: string): Peer | undefined {
    const peer = held.get(thumbprint)
    if (peer === undefined || revoked(peer.serialHex)) return undefined
    const now = wall.now()
    return peer.notBefore <= now && now <= peer.notAfter ? peer : undefined
  }

  return {
    peerOf,
    async learn(thumbprint) {
      if (held.has(thumbprint)) return peerOf(thumbprint)
      const now = wall.now()
      if (now - (absent.get(thumbprint) ?? -Infinity) < absentMillis) return undefined
      const chain = await keys.chainOf(thumbprint)
      const peer = chain.ok
        ? verifyChain(fromPem(chain.value, 'CERTIFICATE'), {
            roots,
            at: now,
            crypto,
            hierarchy: 'charging',
            revoked,
          })
        : chain
      if (!peer.ok || peer.value.thumbprint !== thumbprint) {
        if (absent.size >= heldMax) absent.clear()
        absent.set(thumbprint, now)
        return undefined
      }
      if (held.size >= heldMax) held.clear()
      held.set(thumbprint, peer.value)
      return peer.value
    },
  }
}
