import { createReadStream } from 'node:fs'
import { fromBase64Url } from '@interlock/kernel'
import { auditVerifier, checkpointBytes, type AuditVerifierOptions } from '@interlock/ledger'
import type { AuditCheckpoint, AuditReport } from '@interlock/ledger'
import { fromPem, peerOf, verifyChain } from '@interlock/pki'
import { diskFault } from './disk-fault.ts'
import { nodeCrypto } from './node-crypto.ts'

export type VerifyAuditOptions = Pick<AuditVerifierOptions, 'witnessed'> & {
  /** Trust anchors, PEM; without them a checkpoint's certificate is taken at its word. */
  readonly roots?: readonly string[]
}

/** Longer lines are read no further: no record is that long. */
const lineBytesMax = 1_048_576

/** Verifies an actor's audit file offline, in constant memory. @throws Fault when it cannot be read. */
export async function verifyAuditFile(
  path: string,
  options: VerifyAuditOptions = {},
): Promise<AuditReport> {
  const { roots, witnessed } = options
  const verifier = auditVerifier({
    crypto: nodeCrypto,
    trustsCheckpoint: checkpointTrust(roots),
    ...(witnessed && { witnessed }),
  })
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
function checkpointTrust(
  roots: readonly string[] | undefined,
): (checkpoint: AuditCheckpoint) => boolean {
  const anchors = roots?.flatMap((pem) => fromPem(pem, 'CERTIFICATE'))
  let signer: string | undefined
  return (checkpoint) => {
    const chain = fromPem(checkpoint.certificate, 'CERTIFICATE')
    const [leaf] = chain
    const signature = fromBase64Url(checkpoint.signature)
    if (leaf === undefined || signature === undefined) return false
    const peer = peerOf(leaf, nodeCrypto)
    if (!peer.ok) return false
    const { publicKey, notBefore, role, eui } = peer.value
    if (anchors !== undefined) {
      const demands = { roots: anchors, at: notBefore, crypto: nodeCrypto }
      if (!verifyChain(chain, demands).ok) return false
    }
    signer ??= `${role} ${eui}`
    const sameSigner = signer === `${role} ${eui}`
    return sameSigner && nodeCrypto.verify(publicKey, checkpointBytes(checkpoint), signature)
  }
}
