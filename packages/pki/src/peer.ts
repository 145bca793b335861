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
import { publicKeyOf, readCertificate, type Certificate } from './certificate.ts'
import { DerError } from './der.ts'
import { extensionOids } from './extensions.ts'
import { commonNameOf, identityOf, readNames } from './identity.ts'

/** Who the holder of a certificate is. */
export type Peer = {
  readonly role: Role
  readonly eui: Eui64
  readonly organisation: Eui64
  readonly commonName: string
  /** Lower-case hex, without leading zeros. */
  readonly serialHex: string
  /** `x5t#S256`: SHA-256 of the certificate, base64url. */
  readonly thumbprint: string
  readonly publicKey: PublicKey
  readonly notBefore: Instant
  readonly notAfter: Instant
  readonly der: Uint8Array
  /** The common name, where the role is `station`. */
  readonly stationId?: StationId
}

export type PeerProblem = 'CertificateUnreadable' | 'IdentityMissing'

/**
 * Reads the identity out of an end-entity certificate. It verifies nothing: the transport or
 * {@link verifyChain} does.
 */
export function peerOf(der: Uint8Array, crypto: Crypto): Outcome<Peer, PeerProblem> {
  try {
    return peerFrom(readCertificate(der), crypto)
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
    publicKey: publicKeyOf(certificate.spki, crypto),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    der: certificate.der,
    ...(stationId === undefined ? {} : { stationId }),
  })
}
