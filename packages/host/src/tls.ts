import type { ConnectionOptions, DetailedPeerCertificate, TlsOptions, TLSSocket } from 'node:tls'
import { constants } from 'node:crypto'
import type { ServerRefusal } from '@interlock/contract'
import { ok, refused, type Outcome, type Refusal } from '@interlock/kernel'
import { bearerOf, type Bearer, type Peer } from '@interlock/pki'
import type { Identity, KeyPair } from './identity.ts'
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

/**
 * What a CSMS has besides, for standard stations that only know RSA: a second certificate, chosen by
 * the suites that a client offers (A00.FR.318, A00.FR.421).
 */
export type RsaServer = KeyPair & {
  /**
   * Also the two suites that the specification names, in which the RSA key itself carries the secret:
   * whoever gets that key later can read what was recorded. They come last.
   */
  readonly keyExchange: boolean
}

const rsaSuites = {
  forwardSecret: ['ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES256-GCM-SHA384'],
  keyExchange: ['AES128-GCM-SHA256', 'AES256-GCM-SHA384'],
} as const
/** Of 112 bits and more: no RSA key below 2,048 bits and no SHA-1 in a chain (A00.FR.501, .502). */
const strength = '@SECLEVEL=2'
/** SHA-256 or better (A00.FR.506); elliptic curves come first. */
const signatures = [
  'ecdsa_secp256r1_sha256',
  'ecdsa_secp384r1_sha384',
  'ecdsa_secp521r1_sha512',
  ...['256', '384', '512'].flatMap((bits) => [`rsa_pss_rsae_sha${bits}`, `rsa_pss_pss_sha${bits}`]),
  ...['256', '384', '512'].map((bits) => `rsa_pkcs1_sha${bits}`),
].join(':')

/** {@link serverTls} with both certificates; one context holds them for all connections. */
export const ocppServerTls = (
  identity: Identity,
  trust: Trust,
  clientCertificates: boolean,
  rsa: RsaServer | undefined,
) => {
  const own = serverTls(identity, trust, clientCertificates)
  if (rsa === undefined) return own
  const { forwardSecret, keyExchange } = rsaSuites
  return {
    ...own,
    key: [identity.keyPem, rsa.keyPem],
    cert: [identity.chainPem, rsa.chainPem],
    ciphers: [
      own.ciphers,
      ...forwardSecret,
      ...(rsa.keyExchange ? keyExchange : []),
      strength,
    ].join(':'),
    sigalgs: signatures,
  } satisfies TlsOptions
}

export const serverTls = (identity: KeyPair, trust: Trust, clientCertificates: boolean) =>
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
  ciphers: [common.ciphers, ...rsaSuites.forwardSecret, ...rsaSuites.keyExchange, strength].join(
    ':',
  ),
  sigalgs: signatures,
  ecdhCurve: 'auto',
} as const satisfies ConnectionOptions

/**
 * Read once per connection; whether it is still good is asked every time. Who it names is read again
 * once nobody uses it: ten thousand idle connections shall not hold every certificate twice.
 */
type Known = { readonly serials: readonly string[]; bearer: WeakRef<Bearer> }
const known = new WeakMap<TLSSocket, Known>()

/** Who is at the other end, if its chain verifies and nothing in it is revoked; its key is on P-256. */
export function peerOn(socket: TLSSocket, trust: Trust): Outcome<Peer, PeerRefusal> {
  const bearer = bearerOn(socket, trust)
  if (!bearer.ok) return bearer
  return isPeer(bearer.value)
    ? ok(bearer.value)
    : refused('IdentityMissing', 'the public key is not on P-256')
}
const isPeer = (bearer: Bearer): bearer is Peer => bearer.publicKey !== undefined

/** The same where the other end may have an RSA key: a standard station, or its CSMS. */
export function bearerOn(socket: TLSSocket, trust: Trust): Outcome<Bearer, PeerRefusal> {
  const refusal = refusalOn(socket, trust)
  if (refusal !== undefined) return refusal
  const held = known.get(socket)?.bearer.deref()
  if (held !== undefined) return ok(held)
  const read = readBearer(socket)
  return 'ok' in read ? read : ok(read.bearer)
}

/** Why the other end is not, or no longer, to be believed. */
export function refusalOn(socket: TLSSocket, trust: Trust): Refusal<PeerRefusal> | undefined {
  if (!socket.authorized) return unauthorised(socket)
  const read = known.get(socket) ?? readBearer(socket)
  if ('ok' in read) return read
  const revoked = read.serials.find((serial) => trust.revoked?.(serial) === true)
  return revoked === undefined ? undefined : refused('CertificateRevoked', `serial ${revoked}`)
}

function readBearer(
  socket: TLSSocket,
): { readonly serials: readonly string[]; readonly bearer: Bearer } | Refusal<PeerRefusal> {
  const certificate = socket.getPeerCertificate(true)
  if (certificate?.raw === undefined) return refused('CertificateMissing')
  const bearer = bearerOf(new Uint8Array(certificate.raw), nodeCrypto)
  if (!bearer.ok) return refused('IdentityMissing', bearer.detail ?? bearer.reason)
  const serials = known.get(socket)?.serials ?? serialsOf(certificate)
  known.set(socket, { serials, bearer: new WeakRef(bearer.value) })
  return { serials, bearer: bearer.value }
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
