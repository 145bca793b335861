import { limits, type ServerRefusal } from '@interlock/contract'
import { inHours, inTurn, type Clock, type Instant, type Role } from '@interlock/kernel'
import { stateWitness, type Audit, type AuditCheckpoint } from '@interlock/ledger'
import type { WitnessRegister } from '@interlock/store'
import { problem, type Reply } from './http-problem.ts'
import type { Endpoint } from './http-server.ts'
import type { Identity } from './identity.ts'
import { nodeCrypto } from './node-crypto.ts'
import { Checkpoint, checkpointSigner } from './witness.ts'

export type WitnessParts = {
  readonly register: WitnessRegister
  readonly identity: Identity
  /** Under which signers of checkpoints are believed, DER. */
  readonly roots: readonly Uint8Array[]
  readonly audit: Audit
  readonly clock: Clock
  /** Who may post and who may read. A checkpoint is believed for its signature, not for its carrier. */
  readonly roles: readonly Role[]
  readonly onRefusal?: (actor: string, reason: ServerRefusal) => Promise<void> | void
}

/** Both endpoints of a witness of audit trails. */
export function witnessEndpoints(parts: WitnessParts): Endpoint[] {
  const { register, roles } = parts
  const recent = new Map<string, Instant[]>()
  // One at a time: two checkpoints of one trail are compared with each other.
  const turn = inTurn()
  return [
    {
      method: 'POST',
      url: '/api/v1/checkpoints',
      roles,
      body: Checkpoint,
      handle: ({ body }) => turn(() => witness(body as AuditCheckpoint, parts, recent)),
    },
    {
      method: 'GET',
      url: '/api/v1/checkpoints/:actor',
      roles,
      handle: async ({ params }) => ({
        status: 200,
        body: (await register.of(params['actor'] ?? '')).map((text) => JSON.parse(text) as unknown),
      }),
    },
  ]
}

/** Keeps what an actor says of its audit trail, and answers with a signed word that it was said. */
async function witness(
  checkpoint: AuditCheckpoint,
  parts: WitnessParts,
  recent: Map<string, Instant[]>,
): Promise<Reply> {
  const { register, identity, roots, audit, clock } = parts
  const { actor, seq, hash } = checkpoint
  const refuse = async (reason: ServerRefusal, detail: string): Promise<Reply> => {
    audit.record('CheckpointRefused', { actor, seq, hash, reason, detail })
    await parts.onRefusal?.(actor, reason)
    return problem(reason, detail)
  }
  const peer = checkpointSigner(checkpoint, roots)
  if (peer === undefined) return refuse('RequestInvalid', 'its signature does not verify')
  const { eui: signer } = peer
  if (signer === identity.peer.eui) return refuse('NotPermitted', 'nobody witnesses its own trail')
  const last = await register.last(signer, actor)
  if (last?.seq === seq && last.hash === hash) return created(JSON.parse(last.statement))
  if (last !== undefined && seq <= last.seq) return refuse('CheckpointConflict', `record ${seq}`)
  if (!admitted(signer, recent, clock.now()))
    return refuse('RateExceeded', `${limits.checkpointsPerHourMax} checkpoints an hour`)
  const seen = { checkpoint, signer, witnessedAt: clock.now() }
  const statement = stateWitness(seen, identity, nodeCrypto)
  await register.keep({ signer, actor, seq, hash, statement: JSON.stringify(statement) })
  audit.record('CheckpointWitnessed', { actor, signer, seq, hash })
  return created(statement)
}

const created = (body: unknown): Reply => ({ status: 201, body })

/** Bounds what one signer can make a witness keep. */
function admitted(signer: string, recent: Map<string, Instant[]>, now: Instant): boolean {
  for (const [key, times] of recent)
    if (times.every((at) => now - at >= inHours(1))) recent.delete(key)
  const times = (recent.get(signer) ?? []).filter((at) => now - at < inHours(1))
  if (times.length >= limits.checkpointsPerHourMax) return false
  recent.set(signer, [...times, now])
  return true
}
