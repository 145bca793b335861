import { ok, refused, type Instant, type Crypto, type Outcome } from '@interlock/kernel'
import { readCrl, type RevocationList, type RevocationListProblem } from './crl.ts'
import { fromPem } from './pem.ts'
import type { Hierarchy } from './profiles.ts'
import { hierarchyOf, verifyIssuer, type ChainProblem } from './verify.ts'

/**
 * A revocation list as it travels to devices: the list and the authority that signed it, in one PEM
 * text. A device needs the root that it has pinned and nothing else, so whoever carries it, and however
 * often it is stored on the way, nobody can make or change one.
 */
export type BundledList = RevocationList & {
  readonly hierarchy: Hierarchy
  /** Serial of the authority, lower-case hex: a list that names it revokes whatever it signed. */
  readonly issuerSerialHex: string
}
export type BundleProblem = RevocationListProblem | ChainProblem | 'HierarchyUnknown'

/** The text of {@link readRevocationBundle}; both parts are PEM. */
export const revocationBundle = (listPem: string, issuerPem: string): string =>
  `${listPem}${issuerPem}`

/** Reads the bundle and verifies it: root, issuing authority, list. How old it is, is the caller's. */
export function readRevocationBundle(
  text: string,
  demands: {
    /** Trust anchors, DER, by hierarchy. */
    readonly roots: Readonly<Record<Hierarchy, readonly Uint8Array[]>>
    /** Wall time. */
    readonly at: Instant
    readonly crypto: Crypto
  },
): Outcome<BundledList, BundleProblem> {
  const { roots, at, crypto } = demands
  const [issuer, ...more] = fromPem(text, 'CERTIFICATE')
  if (issuer === undefined || more.length > 0)
    return refused('ListUnreadable', 'it must bring one authority')
  const hierarchy = hierarchyOf(issuer)
  if (hierarchy === undefined) return refused('HierarchyUnknown')
  const verified = verifyIssuer(issuer, { roots: roots[hierarchy], at, crypto, hierarchy })
  if (!verified.ok) return verified
  const list = readCrl(text, issuer, crypto)
  return list.ok ? ok({ ...list.value, hierarchy, issuerSerialHex: verified.value }) : list
}
