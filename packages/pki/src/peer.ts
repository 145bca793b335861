import {
  ok,
  parseStationId,
  refused,
  toBase64Url,
  type Crypto,
  type Eui64,
  type Instant,
  type Outcome,
  type PublicKey,
  type Role,
  type StationId,
} from '@interlock/kernel'
import { keyIdOf, publicKeyOf, readCertificate, type Certificate } from './certificate.ts'
import { DerError } from './der.ts'
import { extensionOids } from './extensions.ts'
import { commonNameOf, identityOf, readNames } from './identity.ts'
import { keyKindOf } from './key-kind.ts'

/** Who the holder of a certificate is, whatever key it has. */
export type Bearer = {
  readonly role: Role
  readonly eui: Eui64
  readonly organisation: Eui64
  readonly commonName: string
  /** Lower-case hex, without leading zeros. */
  readonly serialHex: string
  /** `x5t#S256`: SHA-256 of the certificate, base64url. */
  readonly thumbprint: string
  /** Where it is on P-256; a standard station may have an RSA key, which TLS alone knows. */
  readonly publicKey: PublicKey | undefined
  readonly notBefore: Instant
  readonly notAfter: Instant
  readonly der: Uint8Array
  /** The common name, where the role is `station`. */
  readonly stationId?: StationId
}

/** Who the holder of a certificate is, with the key that it signs with and is sealed to. */
export type Peer = Bearer & { readonly publicKey: PublicKey }

export type PeerProblem = 'CertificateUnreadable' | 'IdentityMissing'

/**
 * Reads the identity out of an end-entity certificate. It verifies nothing: the transport or
 * {@link verifyChain} does.
 */
export const peerOf = (der: Uint8Array, crypto: Crypto): Outcome<Peer, PeerProblem> =>
  reading(() => peerFrom(readCertificate(der), crypto))

/** The same of a certificate whose key may also be RSA of 2,048 bits or more (A00.FR.502). */
export const bearerOf = (der: Uint8Array, crypto: Crypto): Outcome<Bearer, PeerProblem> =>
  reading(() => bearerFrom(readCertificate(der), crypto))

function reading<Read>(read: () => Outcome<Read, PeerProblem>): Outcome<Read, PeerProblem> {
  try {
    return read()
  } catch (error) {
    if (error instanceof DerError) return refused('CertificateUnreadable', error.message)
    throw error
  }
}

/** @throws DerError when a part of the certificate is malformed. */
export function peerFrom(
  certificate: Certificate,
  crypto: Crypto,
): Outcome<Peer, 'IdentityMissing'> {
  const bearer = bearerFrom(certificate, crypto)
  if (!bearer.ok) return bearer
  const { publicKey } = bearer.value
  if (publicKey === undefined) throw new DerError('the public key is not on P-256')
  return ok({ ...bearer.value, publicKey })
}

function bearerFrom(certificate: Certificate, crypto: Crypto): Outcome<Bearer, 'IdentityMissing'> {
  const names = certificate.extensions.get(extensionOids.names)
  const identity = names === undefined ? undefined : identityOf(readNames(names.value).uris)
  if (identity === undefined)
    return refused('IdentityMissing', 'it must name one EUI-64, one organisation and one role')
  const commonName = commonNameOf(certificate.subject)
  const stationId = identity.role === 'station' ? parseStationId(commonName) : undefined
  if (identity.role === 'station' && stationId === undefined)
    return refused('IdentityMissing', 'the common name is not a station identity')
  return ok({
    ...identity,
    commonName,
    serialHex: certificate.serialHex,
    thumbprint: toBase64Url(crypto.sha256(certificate.der)),
    publicKey: acceptedKey(certificate.spki, crypto),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    der: certificate.der,
    ...(stationId === undefined ? {} : { stationId }),
  })
}

/** @throws DerError for a key that is neither on P-256 nor an RSA key that is strong enough. */
function acceptedKey(spki: Uint8Array, crypto: Crypto): PublicKey | undefined {
  if (keyKindOf(spki) !== 'RSA') return publicKeyOf(spki, crypto)
  if (!crypto.isRsaKey(spki)) throw new DerError('an RSA key must have 2048 to 4096 bits')
  return undefined
}

/** The identifier of its key, as its certificate names it. */
export const keyIdOfPeer = ({ publicKey }: Peer, crypto: Crypto): Uint8Array =>
  keyIdOf(publicKey.spki, crypto)
