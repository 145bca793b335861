import { ok, refused, type Crypto, type Outcome } from '@interlock/kernel'
import { keyOf, statusRefusal, type KeyStatement } from './key-statement.ts'
import { isNextCounter, verifyProof, type DriverProof, type Expected } from './proof.ts'
import type { DriverRefusal } from './refusals.ts'
import { identifications, type Strength } from './strength.ts'

/** Who stands at the charger, and how surely. */
export type Identified = {
  readonly uid: string
  readonly contractId?: string
  readonly issuer?: string
  readonly strength: Strength
  /** OCMF `IF`. */
  readonly flags: readonly string[]
  readonly proof?: DriverProof
}

export type Shown = { readonly uid: string; readonly proof?: DriverProof }

/**
 * Judges a token that was shown. One that has a key has to prove it: its number alone, on another card,
 * counts for nothing. One without a key, or of which nothing is known, is hearsay.
 *
 * @param statement what the register says of it, opened
 * @param lastCounter the highest that was ever accepted of this token, here
 */
export function identify(
  { uid, proof }: Shown,
  statement: KeyStatement | undefined,
  expected: Expected,
  lastCounter: number | undefined,
  crypto: Crypto,
): Outcome<Identified, DriverRefusal> {
  const { strength, flags } = identifications.staticUid
  if (statement === undefined) return ok({ uid, strength, flags })
  const gone = statusRefusal(statement.status)
  if (gone !== undefined) return refused(gone)
  const { contractId, issuer } = statement
  if (statement.key === null) return ok({ uid, contractId, issuer, strength, flags })
  const key = keyOf(statement, crypto)
  if (key === undefined) return refused('KeyStatementForged', 'no key of P-256')
  if (proof === undefined) return refused('ProofMissing')
  if (proof.uid !== uid || statement.uid !== uid) return refused('ProofElsewhere', proof.uid)
  const verified = verifyProof(proof, key, expected, crypto)
  if (!verified.ok) return verified
  if (!isNextCounter(lastCounter, proof.counter))
    return refused('ProofReplayed', `${proof.counter}, after ${lastCounter}`)
  return ok({ uid, contractId, issuer, proof, ...identifications.challengeResponse })
}
