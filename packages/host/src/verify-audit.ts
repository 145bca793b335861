import { createReadStream } from 'node:fs'
import { auditVerifier, type AuditVerifierOptions } from '@interlock/ledger'
import type {
  AuditCheckpoint,
  AuditProblem,
  AuditReport,
  WitnessStatement,
} from '@interlock/ledger'
import { fromPem, type Peer } from '@interlock/pki'
import { diskFault } from './disk-fault.ts'
import { nodeCrypto } from './node-crypto.ts'
import { checkpointSigner } from './witness.ts'

export type VerifyAuditOptions = {
  /** What witnesses said, of this trail and of others; each must have been read by `readWitness`. */
  readonly statements?: readonly WitnessStatement[]
  /** Trust anchors, PEM; without them a checkpoint's certificate is taken at its word. */
  readonly roots?: readonly string[]
}

/** `witnessed` counts the statements that the trail agrees with. */
export type AuditFileReport = AuditReport & { readonly witnessed: number }

/** Longer lines are read no further: no record is that long. */
const lineBytesMax = 1_048_576

/**
 * Verifies an actor's audit file offline, in constant memory: by itself, and then, where statements of
 * witnesses are given, against what they saw of this actor and signer.
 * @throws Fault when it cannot be read
 */
export async function verifyAuditFile(
  path: string,
  { roots, statements }: VerifyAuditOptions = {},
): Promise<AuditFileReport> {
  const trust = checkpointTrust(roots)
  const alone = await verifyLines(path, {
    trustsCheckpoint: (checkpoint) => trust.accepts(checkpoint),
  })
  if (alone.problem !== undefined || statements === undefined) return { ...alone, witnessed: 0 }
  const signer = trust.signer()
  const witnessed = statements
    .filter((each) => each.checkpoint.actor === alone.actor)
    // Anyone may sign checkpoints of a trail by this name: those of others say nothing of this one.
    .filter((each) => signer === undefined || each.signer === signer)
    .map(({ checkpoint }) => checkpoint)
  const unknown: AuditProblem = { line: alone.records + 1, reason: 'Unwitnessed' }
  if (witnessed.length === 0) return { ...alone, witnessed: 0, problem: unknown }
  const report = await verifyLines(path, { witnessed })
  return { ...report, witnessed: report.problem === undefined ? witnessed.length : 0 }
}

async function verifyLines(
  path: string,
  options: Omit<AuditVerifierOptions, 'crypto'>,
): Promise<AuditReport> {
  const verifier = auditVerifier({ crypto: nodeCrypto, ...options })
  let rest: Buffer = Buffer.alloc(0)
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 262_144 })) {
      rest = Buffer.concat([rest, chunk as Buffer])
      let from = 0
      for (let end = rest.indexOf(0x0a); end !== -1; end = rest.indexOf(0x0a, from)) {
        verifier.accept(rest.toString('utf8', from, end))
        from = end + 1
      }
      rest = rest.subarray(from)
      if (rest.length > lineBytesMax) {
        verifier.accept('')
        return verifier.finish(false)
      }
    }
  } catch (cause) {
    throw diskFault(path, cause)
  }
  return verifier.finish(rest.length > 0)
}

/**
 * Whether a checkpoint is signed by the holder of its certificate, always the same one, and, where
 * `roots` are given, one whom they vouch for. Expiry is not asked: a trail outlives its signer.
 */
function checkpointTrust(roots: readonly string[] | undefined): {
  accepts(checkpoint: AuditCheckpoint): boolean
  /** EUI-64. */
  signer(): string | undefined
} {
  const anchors = roots?.flatMap((pem) => fromPem(pem, 'CERTIFICATE'))
  let signer: Peer | undefined
  return {
    signer: () => signer?.eui,
    accepts(checkpoint) {
      const peer = checkpointSigner(checkpoint, anchors)
      if (peer === undefined) return false
      signer ??= peer
      return signer.role === peer.role && signer.eui === peer.eui
    },
  }
}
