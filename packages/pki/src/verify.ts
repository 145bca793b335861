import {
  instant,
  ok,
  refused,
  sameBytes,
  type Crypto,
  type Instant,
  type Outcome,
  type Refusal,
} from '@interlock/kernel'
import { keyIdOf, publicKeyOf, readCertificate, type Certificate } from './certificate.ts'
import { DerError } from './der.ts'
import {
  extendedKeyUsageOids,
  extensionOids as oids,
  keyUsageByte,
  readAuthorityKeyId,
  readBasicConstraints,
  readExtendedKeyUsage,
  readKeyUsage,
  readPolicies,
  readSubjectKeyId,
} from './extensions.ts'
import { identityOf, readNames } from './identity.ts'
import { keyKindOf } from './key-kind.ts'
import { peerFrom, type Peer, type PeerProblem } from './peer.ts'
import { profileOfPolicies, profileRow, type Hierarchy, type ProfileRow } from './profiles.ts'

export type ChainProblem =
  | PeerProblem
  | 'RootUnknown'
  | 'ChainBroken'
  | 'CertificateExpired'
  | 'CertificateNotYetValid'
  | 'CertificateRevoked'
  | 'ProfileUnknown'
  /** A column of the row does not hold; the detail names it. */
  | 'ProfileViolated'

export type ChainDemands = {
  /** Trust anchors, DER. */
  readonly roots: readonly Uint8Array[]
  /** Wall time. */
  readonly at: Instant
  readonly crypto: Crypto
  readonly hierarchy?: Hierarchy
  readonly revoked?: (serialHex: string) => boolean
}

/**
 * Verifies a chain, leaf first (the root may be left out), against the table of profiles: every
 * signature, every period, and every column of the row of each certificate.
 */
export function verifyChain(
  chain: readonly Uint8Array[],
  demands: ChainDemands,
): Outcome<Peer, ChainProblem> {
  try {
    return verified(chain, demands)
  } catch (error) {
    if (error instanceof DerError) return refused('CertificateUnreadable', error.message)
    throw error
  }
}

/**
 * The hierarchy whose policy a certificate carries. It verifies nothing: it tells apart certificates
 * that are trusted already.
 * @returns undefined for what is no certificate, or has no policy of ours.
 */
export function hierarchyOf(der: Uint8Array): Hierarchy | undefined {
  try {
    const name = profileOfPolicies(policiesOf(readCertificate(der)))
    return name === undefined ? undefined : profileRow(name).hierarchy
  } catch (error) {
    if (error instanceof DerError) return undefined
    throw error
  }
}

/** Leaf, issuing, root: no profile is deeper. */
const chainLengthMax = 3

function verified(
  chain: readonly Uint8Array[],
  demands: ChainDemands,
): Outcome<Peer, ChainProblem> {
  const leaf = verifiedFirst(chain, demands)
  if (!leaf.ok) return leaf
  return isEndEntity(leaf.value)
    ? peerFrom(leaf.value, demands.crypto)
    : refused('ProfileViolated', 'an authority is not a peer')
}

/**
 * Verifies an issuing authority (DER) against the root of its hierarchy, by the same rows.
 * @returns its serial, lower-case hex
 */
export function verifyIssuer(
  issuer: Uint8Array,
  demands: ChainDemands & { readonly hierarchy: Hierarchy },
): Outcome<string, ChainProblem> {
  try {
    const found = verifiedFirst([issuer], demands)
    if (!found.ok) return found
    return profileOfPolicies(policiesOf(found.value)) === `${demands.hierarchy}Issuing`
      ? ok(found.value.serialHex)
      : refused('ProfileViolated', 'not an issuing authority')
  } catch (error) {
    if (error instanceof DerError) return refused('CertificateUnreadable', error.message)
    throw error
  }
}

/** The first of the chain, once every certificate of it fits its row and is signed by the next. */
function verifiedFirst(
  chain: readonly Uint8Array[],
  demands: ChainDemands,
): Outcome<Certificate, ChainProblem> {
  const { crypto, roots, at } = demands
  if (chain.length > chainLengthMax) return refused('ChainBroken', 'it is too long')
  const path = chain.map(readCertificate)
  const [leaf] = path
  const top = path.at(-1)
  if (leaf === undefined || top === undefined) return refused('ChainBroken', 'it is empty')
  const anchors = roots.map(readCertificate)
  if (!anchors.some((root) => sameBytes(root.der, top.der))) {
    const anchor = anchors.find((root) => sameBytes(root.subject.raw, top.issuer.raw))
    if (anchor === undefined) return refused('RootUnknown')
    path.push(anchor)
  }
  for (const [i, certificate] of path.entries()) {
    const issuer = path[i + 1] ?? certificate
    const problem =
      signedBy(certificate, issuer, crypto) ??
      inForce(certificate, at) ??
      (demands.revoked?.(certificate.serialHex) === true
        ? refused('CertificateRevoked', certificate.serialHex)
        : undefined) ??
      fitsProfile(certificate, issuer, demands.hierarchy)
    if (problem !== undefined) return problem
  }
  return ok(leaf)
}

function signedBy(
  certificate: Certificate,
  issuer: Certificate,
  crypto: Crypto,
): Refusal<ChainProblem> | undefined {
  const authorityKeyId = certificate.extensions.get(oids.authorityKeyId)
  const subjectKeyId = certificate.extensions.get(oids.subjectKeyId)
  if (authorityKeyId === undefined || subjectKeyId === undefined)
    return refused('ProfileViolated', 'keyIdentifiers')
  const linked =
    sameBytes(certificate.issuer.raw, issuer.subject.raw) &&
    sameBytes(readAuthorityKeyId(authorityKeyId.value), keyIdOf(issuer.spki, crypto)) &&
    sameBytes(readSubjectKeyId(subjectKeyId.value), keyIdOf(certificate.spki, crypto)) &&
    crypto.verify(publicKeyOf(issuer.spki, crypto), certificate.signed, certificate.signature)
  return linked ? undefined : refused('ChainBroken', 'it is not signed by the next certificate')
}

function inForce(certificate: Certificate, at: Instant): Refusal<ChainProblem> | undefined {
  const { notBefore, notAfter } = certificate
  if (at < notBefore) return refused('CertificateNotYetValid', new Date(notBefore).toISOString())
  if (at > notAfter) return refused('CertificateExpired', new Date(notAfter).toISOString())
  return undefined
}

function fitsProfile(
  certificate: Certificate,
  issuer: Certificate,
  hierarchy: Hierarchy | undefined,
): Refusal<ChainProblem> | undefined {
  const name = profileOfPolicies(policiesOf(certificate))
  if (name === undefined) return refused('ProfileUnknown')
  const row = profileRow(name)
  if (hierarchy !== undefined && row.hierarchy !== hierarchy)
    return refused('ProfileViolated', 'hierarchy')
  if (profileOfPolicies(policiesOf(issuer)) !== row.issuer)
    return refused('ProfileViolated', 'issuer')
  for (const [column, holds] of Object.entries(columns))
    if (!holds(certificate, row)) return refused('ProfileViolated', `${name}: ${column}`)
  return undefined
}

type Check = (certificate: Certificate, row: ProfileRow) => boolean

/** One check for each column of the table; all of them must hold. */
const columns: Readonly<Record<string, Check>> = {
  key: ({ spki }, row) => keyKindOf(spki) === row.key,
  validityDays: ({ notBefore, notAfter }, row) =>
    instant(notAfter - notBefore) <= row.validityDays * 86_400_000,
  keyUsage: ({ extensions }, row) => {
    const usage = extensions.get(oids.keyUsage)
    return usage?.critical === true && readKeyUsage(usage.value) === keyUsageByte(row.keyUsage)
  },
  extendedKeyUsage: ({ extensions }, row) => {
    const usage = extensions.get(oids.extendedKeyUsage)
    const present = usage === undefined ? [] : readExtendedKeyUsage(usage.value)
    return sameSet(present, extendedKeyUsageOids(row.extendedKeyUsage))
  },
  basicConstraints: ({ extensions }, row) => {
    const constraints = extensions.get(oids.basicConstraints)
    if (constraints?.critical !== true) return false
    const { ca, pathLength } = readBasicConstraints(constraints.value)
    return ca === (row.pathLength !== undefined) && pathLength === row.pathLength
  },
  policies: (certificate, row) => sameSet(policiesOf(certificate), row.policies),
  roles: ({ extensions }, row) => {
    const names = extensions.get(oids.names)
    const role = names === undefined ? undefined : identityOf(readNames(names.value).uris)?.role
    return row.roles.length === 0 ? names === undefined : row.roles.some((each) => each === role)
  },
  hosts: ({ extensions }, row) => {
    const names = extensions.get(oids.names)
    return (names !== undefined && readNames(names.value).hosts > 0) === row.hosts
  },
  criticalExtensions: ({ extensions }) =>
    [...extensions].every(([type, { critical }]) => !critical || understood.includes(type)),
}

const understood: readonly string[] = Object.values(oids)

const sameSet = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && right.every((each) => left.includes(each))

function policiesOf({ extensions }: Certificate): string[] {
  const policies = extensions.get(oids.policies)
  return policies === undefined ? [] : readPolicies(policies.value)
}

function isEndEntity({ extensions }: Certificate): boolean {
  const constraints = extensions.get(oids.basicConstraints)
  return constraints !== undefined && !readBasicConstraints(constraints.value).ca
}
