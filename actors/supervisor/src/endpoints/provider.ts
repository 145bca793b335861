import { problem, type Endpoint, type Reply } from '@interlock/host'
import { eui64, parseStationId, type Eui64 } from '@interlock/kernel'
import { fromPem, type Peer } from '@interlock/pki'
import { signProvider } from '@interlock/seal'
import { Type, type Static } from 'typebox'
import { isInService } from '../core/device.ts'
import { grant, refuse, type Act, type Supervisor } from '../supervisor.ts'
import { actsFor, isOwn } from './acts-for.ts'
import { Eui, strict } from './shapes.ts'

const url = '/api/v1/devices/:stationId/provider'

const Binding = Type.Object(
  {
    dsrsp: Eui,
    /** Its commands count above this; 0 unless given. */
    floor: Type.Optional(Type.String({ pattern: '^(0|[1-9][0-9]{0,17})$' })),
  },
  strict,
)

/**
 * The supervisor's half of another DSR provider at a charger. It is for the supervisor's own people, since neither the
 * provider before nor the next one is neutral; whoever brings the statement to the charger can change nothing in it.
 */
export const providerEndpoints = (supervisor: Supervisor): Endpoint[] => [
  {
    method: 'POST',
    url,
    roles: ['maintainer'],
    body: Binding,
    handle: ({ params, body, peer }) => {
      const { dsrsp, floor = '0' } = body as Static<typeof Binding>
      const station = params['stationId'] ?? ''
      // Of two at once each gets a counter of its own.
      return supervisor.turn(`provider ${station}`, () =>
        bind(station, eui64(dsrsp), BigInt(floor), peer, supervisor),
      )
    },
  },
  {
    method: 'GET',
    url,
    roles: ['csms', 'maintainer'],
    handle: ({ params, peer }) => current(params['stationId'] ?? '', peer, supervisor),
  },
]

/** The last statement, for whoever brings it to the charger: its CSMS, and the supervisor's own people. */
async function current(station: string, peer: Peer, supervisor: Supervisor): Promise<Reply> {
  const { devices } = supervisor
  const id = parseStationId(station)
  const device = id === undefined ? undefined : await devices.find(id)
  if (device === undefined) return problem('DeviceUnknown', station)
  if (!actsFor(peer, device.csms, supervisor)) return problem('IdentityMismatch')
  const word = await devices.providerWord(device.stationId)
  if (word === undefined) return problem('NotFound', 'it was never bound to another provider')
  return { status: 200, body: { statement: word.statement } }
}

async function bind(
  station: string,
  dsrsp: Eui64,
  floor: bigint,
  peer: Peer,
  supervisor: Supervisor,
): Promise<Reply> {
  const { deps, devices, providers, identity } = supervisor
  const facts = { dsrsp, floor: `${floor}`, by: peer.organisation }
  const act: Act = { kind: 'ProviderBound', station, facts }
  if (!isOwn(peer, supervisor))
    return refuse(supervisor, act, 'IdentityMismatch', "it is for the supervisor's own people")
  const id = parseStationId(station)
  const device = id === undefined ? undefined : await devices.find(id)
  if (device === undefined) return refuse(supervisor, act, 'DeviceUnknown', station)
  if (!isInService(device) || device.trust !== 'supervised')
    return refuse(supervisor, act, 'DeviceState', `it is ${device.state}, ${device.trust}`)
  const provider = providers.find(dsrsp, 'dsrsp')
  if (provider === undefined)
    return refuse(supervisor, act, 'IdentityMismatch', 'no such provider is registered')
  const at = deps.clock.now()
  const last = await devices.providerWord(device.stationId)
  const counter = Math.max((last?.counter ?? 0) + 1, at)
  const chain = fromPem(provider.chainPem, 'CERTIFICATE')
  const statement = signProvider(
    { station: device.eui, counter, chain, floor, at },
    { key: identity.key, thumbprint: identity.peer.thumbprint },
    deps.crypto,
  )
  await devices.bind(device.stationId, dsrsp, { counter, statement })
  return grant(supervisor, act, { status: 200, body: { statement } })
}
