import { fromBase64Url, ok, refused, type Outcome } from '@interlock/kernel'
import { checkpointBytes, witnessBytes, type AuditCheckpoint } from '@interlock/ledger'
import type { WitnessStatement } from '@interlock/ledger'
import { fromPem, peerOf, verifyChain, type Peer } from '@interlock/pki'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { nodeCrypto } from './node-crypto.ts'

const strict = { additionalProperties: false }
const Signature = Type.String({ pattern: '^[A-Za-z0-9_-]{86}$' })
const Chain = Type.String({ minLength: 1, maxLength: 16_384 })
const Time = Type.Integer({ minimum: 0 })

/** The shape of an {@link AuditCheckpoint} that came from elsewhere. */
export const Checkpoint = Type.Object(
  {
    actor: Type.String({ minLength: 1, maxLength: 128 }),
    seq: Type.Integer({ minimum: 0 }),
    hash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    at: Time,
    signature: Signature,
    certificate: Chain,
  },
  strict,
)

const Statement = Compile(
  Type.Object(
    {
      checkpoint: Checkpoint,
      signer: Type.String({ pattern: '^[0-9A-F]{2}(-[0-9A-F]{2}){7}$' }),
      witnessedAt: Time,
      signature: Signature,
      certificate: Chain,
    },
    strict,
  ),
)

/** What can be wrong with a witness's statement, in words that complete "line n: …". */
export const witnessProblems = {
  Malformed: 'this is not a statement of a witness',
  CheckpointInvalid: 'the checkpoint in it is not signed by whom it names',
  WitnessInvalid: "the witness's signature does not verify",
  WitnessNotAllowed: 'only the supervisor and the data company are witnesses',
  WitnessOwn: 'nobody is a witness of its own trail',
} as const
export type WitnessProblem = keyof typeof witnessProblems

/** Who witnesses: the supervisor, and for the supervisor the data company, under the other root. */
const witnessRoles: readonly string[] = ['supervisor', 'dcc']

/**
 * Reads a statement and checks both signatures in it. With `roots`, both certificates must be under one
 * of them. Expiry is not asked: a statement outlives its certificate.
 */
export function readStatement(
  value: unknown,
  roots?: readonly Uint8Array[],
): Outcome<WitnessStatement, WitnessProblem> {
  if (!Statement.Check(value)) return refused('Malformed')
  const signer = checkpointSigner(value.checkpoint, roots)
  if (signer === undefined || signer.eui !== value.signer) return refused('CheckpointInvalid')
  const witness = signerOf(value.certificate, witnessBytes(value), value.signature, roots)
  if (witness === undefined) return refused('WitnessInvalid')
  if (!witnessRoles.includes(witness.role)) return refused('WitnessNotAllowed')
  if (witness.eui === signer.eui) return refused('WitnessOwn')
  return ok(value)
}

/** Who signed a checkpoint; absent when its signature or its certificate (under `roots`) does not verify. */
export const checkpointSigner = (
  checkpoint: AuditCheckpoint,
  roots?: readonly Uint8Array[],
): Peer | undefined =>
  signerOf(checkpoint.certificate, checkpointBytes(checkpoint), checkpoint.signature, roots)

function signerOf(
  certificate: string,
  covered: Uint8Array,
  signature: string,
  roots: readonly Uint8Array[] | undefined,
): Peer | undefined {
  const chain = fromPem(certificate, 'CERTIFICATE')
  const [leaf] = chain
  const bytes = fromBase64Url(signature)
  if (leaf === undefined || bytes === undefined) return undefined
  const peer = peerOf(leaf, nodeCrypto)
  if (!peer.ok || !nodeCrypto.verify(peer.value.publicKey, covered, bytes)) return undefined
  if (roots === undefined) return peer.value
  const demands = { roots, at: peer.value.notBefore, crypto: nodeCrypto }
  return verifyChain(chain, demands).ok ? peer.value : undefined
}
