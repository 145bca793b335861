import type { Endpoint, Reply } from '@interlock/host'
import { fromBase64Url, roles, sameBytes } from '@interlock/kernel'
import { checkpointBytes, type AuditCheckpoint } from '@interlock/ledger'
import { fromPem, type Peer } from '@interlock/pki'
import { Type } from 'typebox'
import { grant, refuse, type Act, type Supervisor } from '../supervisor.ts'
import { Name, Pem, Sha256, strict } from './shapes.ts'

const Checkpoint = Type.Object(
  {
    actor: Name,
    seq: Type.Integer({ minimum: 0 }),
    hash: Sha256,
    at: Type.Integer({ minimum: 0 }),
    signature: Type.String({ pattern: '^[A-Za-z0-9_-]{86}$' }),
    certificate: Pem,
  },
  strict,
)

export const checkpointEndpoints = (supervisor: Supervisor): Endpoint[] => [
  {
    method: 'POST',
    url: '/api/v1/checkpoints',
    roles,
    body: Checkpoint,
    handle: ({ body, peer }) => {
      const checkpoint = body as AuditCheckpoint
      return supervisor.turn(`checkpoint ${peer.organisation} ${checkpoint.actor}`, () =>
        witness(checkpoint, peer, supervisor),
      )
    },
  },
  {
    method: 'GET',
    url: '/api/v1/checkpoints/:actor',
    roles,
    handle: async ({ params }) => ({
      status: 200,
      body: await supervisor.checkpoints.of(params['actor'] ?? ''),
    }),
  },
]

/** Keeps what an actor says of its audit trail; it cannot say otherwise later. */
async function witness(
  checkpoint: AuditCheckpoint,
  peer: Peer,
  supervisor: Supervisor,
): Promise<Reply> {
  const { deps, checkpoints } = supervisor
  const { actor, seq, hash } = checkpoint
  const act: Act = { kind: 'Checkpoint', facts: { actor, seq, hash, by: peer.organisation } }
  const [leaf] = fromPem(checkpoint.certificate, 'CERTIFICATE')
  if (leaf === undefined || !sameBytes(leaf, peer.der))
    return refuse(supervisor, act, 'IdentityMismatch', 'it is signed by someone else')
  const signature = fromBase64Url(checkpoint.signature) ?? new Uint8Array()
  if (!deps.crypto.verify(peer.publicKey, checkpointBytes(checkpoint), signature))
    return refuse(supervisor, act, 'RequestInvalid', 'its signature does not verify')
  if (!(await checkpoints.witness(peer.organisation, checkpoint, deps.clock.now())))
    return refuse(supervisor, act, 'CheckpointConflict', `record ${seq}`)
  return grant(supervisor, act, { status: 201, body: { actor, seq, hash } })
}
