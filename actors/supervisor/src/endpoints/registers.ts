import { problem, type Endpoint, type Reply } from '@interlock/host'
import { ok, refused, type Outcome } from '@interlock/kernel'
import { fromPem, verifyChain, type ChainProblem, type Peer } from '@interlock/pki'
import { Type, type Static } from 'typebox'
import type { Provider } from '../register/providers.ts'
import { grant, refuse, type Act, type Supervisor } from '../supervisor.ts'
import { isOwn } from './acts-for.ts'
import { Pem, Sha256, strict, Words } from './shapes.ts'

const FirmwareEntry = Type.Object({ sha256: Sha256, maker: Words, version: Words }, strict)
const ProviderEntry = Type.Object({ chainPem: Pem }, strict)

export const registerEndpoints = (supervisor: Supervisor): Endpoint[] => [
  {
    method: 'POST',
    url: '/api/v1/firmware',
    roles: ['maintainer'],
    body: FirmwareEntry,
    handle: async ({ body, peer }) => {
      const entry = body as Static<typeof FirmwareEntry>
      const act: Act = { kind: 'Firmware', facts: { ...entry, by: peer.organisation } }
      // It counts for the devices of every CSMS.
      if (!isOwn(peer, supervisor))
        return refuse(
          supervisor,
          act,
          'IdentityMismatch',
          "the supervisor's own maintainers do that",
        )
      await supervisor.firmware.add(entry, supervisor.deps.clock.now())
      return grant(supervisor, act, { status: 201, body: entry })
    },
  },
  {
    method: 'GET',
    url: '/api/v1/firmware/:sha256',
    roles: ['csms', 'dsrsp', 'installer', 'maintainer', 'web'],
    handle: ({ params }) => {
      const found = supervisor.firmware.find(params['sha256'] ?? '')
      return found === undefined ? problem('NotFound') : { status: 200, body: found }
    },
  },
  {
    method: 'POST',
    url: '/api/v1/providers',
    roles: ['recovery'],
    body: ProviderEntry,
    handle: ({ body, peer }) =>
      register((body as Static<typeof ProviderEntry>).chainPem, peer, supervisor),
  },
]

async function register(chainPem: string, by: Peer, supervisor: Supervisor): Promise<Reply> {
  const provider = providerOf(chainPem, supervisor)
  if (!provider.ok) {
    const act: Act = { kind: 'Provider', facts: { by: by.organisation } }
    return refuse(supervisor, act, 'RequestInvalid', provider.detail, provider.reason)
  }
  const { organisation, role, serialHex, eui } = provider.value.peer
  const act: Act = {
    kind: 'Provider',
    facts: { organisation, role, serialHex, by: by.organisation },
  }
  const known = supervisor.providers.find(organisation, role)
  if (known !== undefined && known.peer.eui !== eui)
    return refuse(supervisor, act, 'IdentityMismatch', 'that role of the organisation is taken')
  await supervisor.providers.put(provider.value, supervisor.deps.clock.now())
  return grant(supervisor, act, { status: 201, body: { organisation, role, serialHex } })
}

/** Reads a chain and verifies it to the charging root. */
export function providerOf(
  chainPem: string,
  { deps, roots, revocations }: Pick<Supervisor, 'deps' | 'roots' | 'revocations'>,
): Outcome<Provider, ChainProblem> {
  const peer = verifyChain(fromPem(chainPem, 'CERTIFICATE'), {
    roots,
    at: deps.wall.now(),
    crypto: deps.crypto,
    hierarchy: 'charging',
    revoked: (serialHex) => revocations.isRevoked(serialHex),
  })
  return peer.ok ? ok({ peer: peer.value, chainPem }) : refused(peer.reason, peer.detail)
}
