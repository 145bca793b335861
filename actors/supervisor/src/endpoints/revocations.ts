import { problem, type Endpoint, type Reply } from '@interlock/host'
import { roles } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import { Type, type Static } from 'typebox'
import { grant, refuse, type Act, type Supervisor } from '../supervisor.ts'
import { isOwn } from './acts-for.ts'
import { Serial, strict } from './shapes.ts'

const RevocationOrder = Type.Object(
  { serialHex: Serial, reason: Type.String({ minLength: 1, maxLength: 128 }) },
  strict,
)
type RevocationOrder = Static<typeof RevocationOrder>

export const revocationEndpoints = (supervisor: Supervisor): Endpoint[] => [
  {
    method: 'POST',
    url: '/api/v1/revocations',
    roles: ['recovery', 'maintainer'],
    body: RevocationOrder,
    handle: ({ body, peer }) => revoke(body as RevocationOrder, peer, supervisor),
  },
  {
    method: 'GET',
    url: '/api/v1/crl',
    roles,
    handle: () => listReply(supervisor.revocations.list()),
  },
  {
    method: 'GET',
    url: '/api/v1/crl/smart-meter',
    roles,
    handle: () => listReply(supervisor.smartMeterList.list()),
  },
]

const listReply = (list: string | undefined): Reply =>
  list === undefined
    ? problem('Unavailable', 'no list has come from the authority yet')
    : { status: 200, body: list, type: 'application/x-pem-file' }

/** Recovery, and the supervisor's own maintainers, revoke for everyone; others what is their own. */
const limitOf = (peer: Peer, supervisor: Supervisor) =>
  peer.role === 'recovery' || isOwn(peer, supervisor) ? {} : { organisation: peer.organisation }

async function revoke(
  { serialHex, reason }: RevocationOrder,
  peer: Peer,
  supervisor: Supervisor,
): Promise<Reply> {
  const { authority, revocations, identity } = supervisor
  const act: Act = {
    kind: 'Revocation',
    facts: { serialHex, because: reason, by: peer.organisation },
  }
  if (serialHex === identity.peer.serialHex)
    return refuse(supervisor, act, 'IdentityMismatch', 'a supervisor does not revoke itself')
  supervisor.audit.record('RevocationOrdered', act.facts)
  const ordered = await authority.revoke({ serialHex, reason, ...limitOf(peer, supervisor) })
  if (!ordered.ok) return refuse(supervisor, act, ordered.reason, ordered.detail)
  await revocations.refresh().catch((error: unknown) => {
    supervisor.deps.log.warn({ error: String(error) }, 'revocation list not renewed')
  })
  return revocations.isRevoked(serialHex)
    ? grant(supervisor, act, { status: 201, body: { serialHex } })
    : refuse(supervisor, act, 'Unavailable', 'the new list has not come yet')
}
