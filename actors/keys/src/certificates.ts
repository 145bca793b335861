import type { Journal } from '@interlock/store'
import { ok, refused, type Clock, type Crypto, type Outcome } from '@interlock/kernel'
import { fromPem, peerOf, verifyChain, type ChainProblem, type Peer } from '@interlock/pki'

type Known = { readonly chain: string; readonly peer: Peer }

/** The certificates of those who publish and read, each shown by its holder; durable until they have expired. */
export type Certificates = {
  /** Takes the chain that a client shows of itself. */
  take(chain: string, client: Peer): Outcome<void, ChainProblem | 'CertificatesFull' | 'NotYours'>
  chainOf(thumbprint: string): string | undefined
  readonly peerOf: (thumbprint: string) => Peer | undefined
  /** In force, and neither it nor its authority revoked. */
  isTrusted(thumbprint: string): boolean
  close(): void
}

const certificatesMax = 50_000

export function openCertificates(
  journal: Journal,
  options: {
    readonly rootPem: string
    readonly revoked: (serialHex: string) => boolean
    readonly wall: Pick<Clock, 'now'>
    readonly crypto: Crypto
  },
): Certificates {
  const { rootPem, revoked, wall, crypto } = options
  const roots = fromPem(rootPem, 'CERTIFICATE')
  const known = new Map<string, Known>()

  const verified = (chain: string): Outcome<Peer, ChainProblem> =>
    verifyChain(fromPem(chain, 'CERTIFICATE'), {
      roots,
      at: wall.now(),
      crypto,
      hierarchy: 'charging',
      revoked,
    })
  const entries = journal.entries() as readonly { readonly chain: string }[]
  for (const { chain } of entries) {
    // Verified when it was written; whether it still counts is asked at each use.
    const [leaf] = fromPem(chain, 'CERTIFICATE')
    const peer = leaf === undefined ? undefined : peerOf(leaf, crypto)
    if (peer?.ok === true) known.set(peer.value.thumbprint, { chain, peer: peer.value })
  }
  forgetExpired()
  if (known.size < entries.length) rewrite()

  /** Nobody may join with one, nor be heard: it would only take the place of another. */
  function forgetExpired(): boolean {
    const before = known.size
    for (const [thumbprint, { peer }] of known)
      if (peer.notAfter < wall.now()) known.delete(thumbprint)
    return known.size < before
  }
  function rewrite(): void {
    journal.rewrite([...known.values()].map(({ chain }) => ({ chain })))
  }

  return {
    take(chain, client) {
      const peer = verified(chain)
      if (!peer.ok) return peer
      if (peer.value.thumbprint !== client.thumbprint) return refused('NotYours')
      if (known.has(client.thumbprint)) return ok(undefined)
      if ((known.size >= certificatesMax && forgetExpired()) || journal.isLong) rewrite()
      if (known.size >= certificatesMax) return refused('CertificatesFull')
      journal.append({ chain })
      known.set(client.thumbprint, { chain, peer: peer.value })
      return ok(undefined)
    },
    chainOf: (thumbprint) => known.get(thumbprint)?.chain,
    peerOf: (thumbprint) => known.get(thumbprint)?.peer,
    isTrusted(thumbprint) {
      const held = known.get(thumbprint)
      return held !== undefined && verified(held.chain).ok
    },
    close: () => journal.close(),
  }
}
