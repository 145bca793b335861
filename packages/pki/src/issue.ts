import {
  assert,
  inMinutes,
  instant,
  ok,
  refused,
  type Crypto,
  type Entropy,
  type Instant,
  type Outcome,
  type PrivateKey,
} from '@interlock/kernel'
import { keyIdOf, readCertificate, signatureAlgorithm } from './certificate.ts'
import { verifyCsr, type RequestProblem } from './csr.ts'
import { context, tlv } from './der.ts'
import { bits, integer, sequence, signatureToDer, smallInteger, time } from './der-values.ts'
import {
  encodeAuthorityKeyId,
  encodeBasicConstraints,
  encodeExtendedKeyUsage,
  encodeExtension,
  encodeKeyUsage,
  encodePolicies,
  encodeSubjectKeyId,
  extensionOids,
} from './extensions.ts'
import { encodeName, encodeNames, type Subject } from './identity.ts'
import { fromPem, toPem } from './pem.ts'
import { profileRow, type ProfileName } from './profiles.ts'

/** A certification authority: its certificate and the use of its key. */
export type CertificateAuthority = {
  readonly profile: ProfileName
  readonly certificatePem: string
  readonly key: PrivateKey
}

export type IssueProblem =
  | RequestProblem
  /** The request asks to be a CA; CAs are made by {@link createCa} only. */
  | 'RequestForCa'
  /** The request says it is for someone else than the order does. */
  | 'RequestMismatch'
  /** The table does not give this profile to that role. */
  | 'RoleNotInProfile'
  /** The table wants another kind of key. */
  | 'KeyNotInProfile'
  /** The table wants another CA to sign this profile. */
  | 'IssuerUnsuitable'

/** Certificates start a little in the past, so that a slow clock does not refuse them. */
const backdate = inMinutes(10)
const day = 86_400_000
const defaultHosts = ['localhost', '127.0.0.1'] as const

/** A serial number of 16 bytes, positive and never starting with zero. */
export function newSerial(entropy: Entropy): Uint8Array {
  const serial = entropy.bytes(16)
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  return serial
}

/** Makes a root (`parent` absent, signs itself) or an issuing authority. */
export function createCa(
  profile: ProfileName,
  options: {
    readonly commonName: string
    readonly key: PrivateKey
    readonly parent?: CertificateAuthority
    /** Wall time. */
    readonly now: Instant
    readonly entropy: Entropy
    readonly crypto: Crypto
  },
): CertificateAuthority {
  const row = profileRow(profile)
  assert(row.pathLength !== undefined, `${profile} is not a certification authority`)
  assert((options.parent?.profile ?? profile) === row.issuer, `${profile} needs ${row.issuer}`)
  const certificatePem = certificate({
    ...options,
    profile,
    ca: options.parent ?? { profile, certificatePem: '', key: options.key },
    spki: options.key.publicKey.spki,
    subject: undefined,
    serial: newSerial(options.entropy),
    hosts: [],
  })
  return { profile, certificatePem, key: options.key }
}

/** A certificate, PEM, that a charger makes for its home's network. Whoever has paired with it knows the key. */
export const createHomeDoorCertificate = (options: {
  readonly commonName: string
  readonly key: PrivateKey
  /** Wall time. */
  readonly now: Instant
  readonly entropy: Entropy
  readonly crypto: Crypto
}): string =>
  certificate({
    ...options,
    profile: 'homeDoor',
    ca: { profile: 'homeDoor', certificatePem: '', key: options.key },
    spki: options.key.publicKey.spki,
    subject: undefined,
    serial: newSerial(options.entropy),
    hosts: [],
  })

/**
 * Issues an end-entity certificate, PEM. Its content comes from the order and the table; the request
 * contributes its key and must contradict neither.
 */
export function issue(order: {
  readonly profile: ProfileName
  readonly csrPem: string
  readonly subject: Subject
  readonly ca: CertificateAuthority
  /** Unique for this CA; {@link newSerial}. */
  readonly serial: Uint8Array
  /** Wall time. */
  readonly now: Instant
  readonly crypto: Crypto
  /** DNS names and IPv4 addresses of a server; loopback when absent. */
  readonly hosts?: readonly string[]
}): Outcome<string, IssueProblem> {
  const row = profileRow(order.profile)
  const { subject } = order
  if (row.pathLength !== undefined) return refused('RequestForCa', order.profile)
  if (!row.roles.includes(subject.role))
    return refused('RoleNotInProfile', `${subject.role} in ${order.profile}`)
  if (order.ca.profile !== row.issuer) return refused('IssuerUnsuitable', order.ca.profile)
  const request = verifyCsr(order.csrPem, order.crypto)
  if (!request.ok) return request
  const { commonName, identity, forCa, publicKey } = request.value
  if (forCa) return refused('RequestForCa')
  if (publicKey.kind !== row.key) return refused('KeyNotInProfile', `${publicKey.kind} key`)
  const same =
    commonName === subject.commonName &&
    (identity === undefined ||
      (identity.role === subject.role &&
        identity.eui === subject.eui &&
        identity.organisation === subject.organisation))
  if (!same) return refused('RequestMismatch', `it is for ${identity?.role ?? ''} ${commonName}`)
  return ok(
    certificate({
      ...order,
      commonName,
      spki: publicKey.spki,
      hosts: row.hosts ? (order.hosts ?? defaultHosts) : [],
    }),
  )
}

function certificate(to: {
  readonly profile: ProfileName
  readonly commonName: string
  readonly subject: Subject | undefined
  /** Of the key that is certified. */
  readonly spki: Uint8Array
  readonly ca: CertificateAuthority
  readonly serial: Uint8Array
  readonly hosts: readonly string[]
  readonly now: Instant
  readonly crypto: Crypto
}): string {
  const { crypto, subject } = to
  const row = profileRow(to.profile)
  const name = encodeName(to.commonName, subject?.organisation)
  const [issuer] = fromPem(to.ca.certificatePem, 'CERTIFICATE')
  const from = instant(to.now - backdate)
  const issuerNotAfter = issuer === undefined ? Infinity : readCertificate(issuer).notAfter
  const until = instant(Math.min(from + row.validityDays * day, issuerNotAfter))
  const names = encodeNames(subject, to.hosts)
  const add = encodeExtension
  const extensions = [
    add(extensionOids.basicConstraints, true, encodeBasicConstraints(row.pathLength)),
    add(extensionOids.keyUsage, true, encodeKeyUsage(row.keyUsage)),
    ...(row.extendedKeyUsage.length === 0
      ? []
      : [add(extensionOids.extendedKeyUsage, false, encodeExtendedKeyUsage(row.extendedKeyUsage))]),
    add(extensionOids.policies, false, encodePolicies(row.policies)),
    ...(subject === undefined ? [] : [add(extensionOids.names, false, names)]),
    add(extensionOids.subjectKeyId, false, encodeSubjectKeyId(keyIdOf(to.spki, crypto))),
    add(
      extensionOids.authorityKeyId,
      false,
      encodeAuthorityKeyId(keyIdOf(to.ca.key.publicKey.spki, crypto)),
    ),
  ]
  const body = sequence(
    tlv(context(0, true), smallInteger(2)),
    integer(to.serial),
    signatureAlgorithm(),
    issuer === undefined ? name : readCertificate(issuer).subject.raw,
    sequence(time(from), time(until)),
    name,
    to.spki,
    tlv(context(3, true), sequence(...extensions)),
  )
  const signature = signatureToDer(crypto.sign(to.ca.key, body))
  return toPem(sequence(body, signatureAlgorithm(), bits(signature)), 'CERTIFICATE')
}
