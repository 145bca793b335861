import type { ConnectionOptions, DetailedPeerCertificate, TlsOptions, TLSSocket } from 'node:tls'
import { constants } from 'node:crypto'
import type { ServerRefusal } from '@interlock/contract'
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

/** One name for each way in which a certificate is not good; rows of the table of server refusals. */
export type PeerRefusal = Extract<
  ServerRefusal,
  | 'CertificateMissing'
  | 'CertificateUntrusted'
  | 'CertificateExpired'
  | 'CertificateNotYetValid'
  | 'IdentityMissing'
  | 'CertificateRevoked'
>

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
  return 'ok' in read ? read : ok(read.peer)
}

/** Why the other end is not, or no longer, to be believed. */
export function refusalOn(socket: TLSSocket, trust: Trust): Refusal<PeerRefusal> | undefined {
  if (!socket.authorized) return unauthorised(socket)
  const read = known.get(socket) ?? readPeer(socket)
  if ('ok' in read) return read
  const revoked = read.serials.find((serial) => trust.revoked?.(serial) === true)
  return revoked === undefined ? undefined : refused('CertificateRevoked', `serial ${revoked}`)
}

function readPeer(
  socket: TLSSocket,
): { readonly serials: readonly string[]; readonly peer: Peer } | Refusal<PeerRefusal> {
  const certificate = socket.getPeerCertificate(true)
  if (certificate?.raw === undefined) return refused('CertificateMissing')
  const peer = peerOf(new Uint8Array(certificate.raw), nodeCrypto)
  if (!peer.ok) return refused('IdentityMissing', peer.detail ?? peer.reason)
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

/** What OpenSSL found wrong with the chain, by our names; the rest is a chain that does not verify. */
const timely: Readonly<Record<string, PeerRefusal>> = {
  CERT_HAS_EXPIRED: 'CertificateExpired',
  CERT_NOT_YET_VALID: 'CertificateNotYetValid',
}

function unauthorised(socket: TLSSocket): Refusal<PeerRefusal> {
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) return refused('CertificateMissing')
  const code = codeOf(socket.authorizationError)
  const reason = timely[code] ?? 'CertificateUntrusted'
  const { validFrom, validTo } = certificate
  return reason === 'CertificateUntrusted'
    ? refused(reason, code)
    : refused(reason, `it is valid from ${validFrom} to ${validTo}`)
}

/** Node gives an Error or the code of OpenSSL, whatever its types say. */
const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)
