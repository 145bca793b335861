import type { ConnectionOptions, DetailedPeerCertificate, TlsOptions, TLSSocket } from 'node:tls'
import { constants } from 'node:crypto'
import { ok, refused, type Outcome, type Refusal } from '@interlock/kernel'
import { peerOf, type Peer } from '@interlock/pki'
import type { Identity } from './identity.ts'
import { nodeCrypto } from './node-crypto.ts'

/** Whom a connection believes. */
export type Trust = {
  /** PEM. */
  readonly roots: readonly string[]
  /** Asked on every connection and every request; lower-case hex. */
  readonly revoked?: (serialHex: string) => boolean
}

export type PeerRefusal = 'NotAuthenticated' | 'CertificateRevoked'

/**
 * TLS 1.2 and 1.3 with P-256 (OCPP 2.0.1 Part 2 A00.FR.318). Nothing is resumed: a ticket would let
 * a client in whose certificate has been revoked since. The certificate is judged by {@link peerOn},
 * not by the handshake, so that a refusal can say why.
 */
const common = {
  minVersion: 'TLSv1.2',
  ciphers: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
  ].join(':'),
  ecdhCurve: 'P-256',
  // Nor may a connection change its identity half-way.
  secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
  rejectUnauthorized: false,
} as const satisfies TlsOptions

export const handshakeMillisMax = 10_000

export const serverTls = (identity: Identity, trust: Trust, clientCertificates: boolean) =>
  ({
    ...common,
    key: identity.keyPem,
    cert: identity.chainPem,
    ca: [...trust.roots],
    requestCert: clientCertificates,
    honorCipherOrder: true,
    handshakeTimeout: handshakeMillisMax,
  }) satisfies TlsOptions

export const clientTls = (identity: Identity | undefined, trust: Trust) =>
  ({
    ...common,
    ...(identity === undefined ? {} : { key: identity.keyPem, cert: identity.chainPem }),
    ca: [...trust.roots],
    // Peers are known by the identity in their certificate, wherever they run.
    checkServerIdentity: () => undefined,
  }) satisfies ConnectionOptions

/**
 * What a certified CSMS may have: an RSA key, and so the suites that security profiles 2 and 3 ask of
 * both ends (A00.FR.318, A00.FR.417).
 */
export const anyServer = {
  ciphers: [
    common.ciphers,
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'AES128-GCM-SHA256',
    'AES256-GCM-SHA384',
  ].join(':'),
  ecdhCurve: 'auto',
} as const satisfies ConnectionOptions

/**
 * Read once per connection; whether it is still good is asked every time. Who it names is read again
 * once nobody uses it: ten thousand idle connections shall not hold every certificate twice.
 */
type Known = { readonly serials: readonly string[]; peer: WeakRef<Peer> }
const known = new WeakMap<TLSSocket, Known>()

/** Who is at the other end, if its chain verifies and nothing in it is revoked. */
export function peerOn(socket: TLSSocket, trust: Trust): Outcome<Peer, PeerRefusal> {
  const refusal = refusalOn(socket, trust)
  if (refusal !== undefined) return refusal
  const held = known.get(socket)?.peer.deref()
  if (held !== undefined) return ok(held)
  const read = readPeer(socket)
  return 'reason' in read ? refused('NotAuthenticated', read.reason) : ok(read.peer)
}

/** Why the other end is not, or no longer, to be believed. */
export function refusalOn(socket: TLSSocket, trust: Trust): Refusal<PeerRefusal> | undefined {
  if (!socket.authorized) return refused('NotAuthenticated', reasonOf(socket.authorizationError))
  const read = known.get(socket) ?? readPeer(socket)
  if ('reason' in read) return refused('NotAuthenticated', read.reason)
  const revoked = read.serials.find((serial) => trust.revoked?.(serial) === true)
  return revoked === undefined ? undefined : refused('CertificateRevoked', `serial ${revoked}`)
}

function readPeer(
  socket: TLSSocket,
): { readonly serials: readonly string[]; readonly peer: Peer } | { readonly reason: string } {
  const certificate = socket.getPeerCertificate(true)
  if (certificate?.raw === undefined) return { reason: 'no certificate' }
  const peer = peerOf(new Uint8Array(certificate.raw), nodeCrypto)
  if (!peer.ok) return { reason: peer.detail ?? peer.reason }
  const serials = known.get(socket)?.serials ?? serialsOf(certificate)
  known.set(socket, { serials, peer: new WeakRef(peer.value) })
  return { serials, peer: peer.value }
}

/** The chain from the leaf up to, and without, the root. */
function serialsOf(leaf: DetailedPeerCertificate): string[] {
  const serials: string[] = []
  for (let at = leaf; at !== undefined; at = at.issuerCertificate) {
    if (at === at.issuerCertificate || serials.length >= chainLengthMax) break
    serials.push(at.serialNumber.toLowerCase())
  }
  return serials
}
const chainLengthMax = 4

/** Node gives an Error or the code of OpenSSL, whatever its types say. */
function reasonOf(error: unknown): string {
  if (error === undefined || error === null) return 'no certificate'
  return error instanceof Error ? error.message : `certificate refused: ${String(error)}`
}
