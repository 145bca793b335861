import { canonicalJson, toBase64Url, utf8, type Crypto, type PrivateKey } from '@interlock/kernel'
import type { AuditCheckpoint } from './audit.ts'

/**
 * Another party's signed word that it saw a checkpoint. With it a trail that was cut short or written
 * anew is found, even where its own actor did it.
 */
export type WitnessStatement = {
  /** What was witnessed, with its signer's own signature: neither can deny it alone. */
  readonly checkpoint: AuditCheckpoint
  /** EUI-64 of the checkpoint's signer. */
  readonly signer: string
  /** World time of the witness, ms since 1970. */
  readonly witnessedAt: number
  /** ES256 of the witness over {@link witnessBytes}, base64url. */
  readonly signature: string
  /** The witness's certificates, PEM, leaf first. */
  readonly certificate: string
}

/** What the witness's signature covers. */
export const witnessBytes = ({
  checkpoint,
  signer,
  witnessedAt,
}: Pick<WitnessStatement, 'checkpoint' | 'signer' | 'witnessedAt'>): Uint8Array => {
  const { actor, seq, hash, at, signature } = checkpoint
  const covered = { checkpoint: { actor, seq, hash, at, signature }, signer, witnessedAt }
  return utf8(`interlock audit witness\n${canonicalJson(covered)}`)
}

/** The witness's statement. That the checkpoint is its signer's has been checked before. */
export function stateWitness(
  seen: Pick<WitnessStatement, 'checkpoint' | 'signer' | 'witnessedAt'>,
  by: { readonly key: PrivateKey; readonly chainPem: string },
  crypto: Pick<Crypto, 'sign'>,
): WitnessStatement {
  const signature = toBase64Url(crypto.sign(by.key, witnessBytes(seen)))
  return { ...seen, signature, certificate: by.chainPem }
}
