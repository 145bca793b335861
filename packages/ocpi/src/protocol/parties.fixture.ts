import { nodeCrypto as crypto } from '@interlock/host'
import { instant, ok, refused } from '@interlock/kernel'
import { answerOcpi, type DoorOptions, type OcpiHandlers, type OcpiReply } from './door.ts'
import { readEnvelope } from './envelope.ts'
import { tokenIn, writeHeaders, type OcpiOwner } from './headers.ts'
import { ocpiInterfaces, type InterfaceName } from './interfaces.ts'
import {
  createRegistration,
  strangers,
  type OcpiConnection,
  type OcpiParty,
} from './registration.ts'
import { versionsUrl } from './door.ts'

export const cpo: OcpiOwner = { country_code: 'NL', party_id: 'CPO' }
export const emsp: OcpiOwner = { country_code: 'NL', party_id: 'ILK' }
export const invitation = 'invitation-of-the-operator'
export const now = instant(Date.UTC(2026, 0, 12, 20, 30))
const cpoOrigin = 'https://cpo.test'
const emspOrigin = 'https://emsp.test'

/** Every interface of one side, each of which answers that it was reached. */
const reached = (role: 'SENDER' | 'RECEIVER', modules: readonly string[]): OcpiHandlers =>
  Object.fromEntries(
    (Object.keys(ocpiInterfaces) as InterfaceName[])
      .filter((name) => {
        const row = ocpiInterfaces[name]
        return row.role === role && modules.includes(row.module)
      })
      .map((name) => [name, () => ok({ data: { reached: name }, total: 250 })]),
  )

export type Side = {
  readonly door: DoorOptions
  readonly registration: ReturnType<typeof createRegistration>
  readonly held: Map<string, OcpiConnection>
  /** A request to it, as the other side sends it. */
  readonly ask: (
    method: string,
    path: string,
    change?: {
      readonly token?: string
      readonly headers?: Readonly<Record<string, string | undefined>>
      readonly body?: string
    },
  ) => Promise<OcpiReply>
}

/** Two parties that reach each other without a network. */
export function twoParties(change: Partial<OcpiParty> = {}) {
  let tokens = 0
  const sides = new Map<string, Side>()
  const open = (
    us: OcpiOwner,
    role: 'CPO' | 'EMSP',
    origin: string,
    party: OcpiParty,
    handlers: OcpiHandlers,
  ): Side => {
    const held = new Map<string, OcpiConnection>()
    const registration = createRegistration({
      us,
      role,
      name: role,
      origin,
      parties: [party],
      connections: {
        of: (name) => held.get(name) ?? strangers,
        keep: (name, connection) => Promise.resolve(void held.set(name, connection)),
      },
      async ask(_party, token, method, url, body) {
        const { origin: at, pathname } = new URL(url)
        const side = sides.get(at)
        if (side === undefined) return refused('Unreachable')
        const text = body === undefined ? '' : JSON.stringify(body)
        const reply = await side.ask(method, pathname.slice('/ocpi/'.length), { token, body: text })
        return reply.status < 300 ? readEnvelope(reply.body) : refused(`Http${reply.status}`)
      },
      newToken: () => `token-number-${++tokens}-of-${role}`,
      crypto,
    })
    const door: DoorOptions = { origin, us, handlers, credentials: registration, now: () => now }
    const side: Side = {
      door,
      registration,
      held,
      async ask(method, path, { token = '', headers = {}, body = '' } = {}) {
        const [way = '', query = ''] = path.split('?')
        const sent = {
          ...writeHeaders({ requestId: 'request-1', correlationId: 'correlation-1' }, token),
          ...headers,
        }
        const caller = await registration.callerOf(party.name, tokenIn(sent))
        return answerOcpi(door, caller, {
          method,
          parts: way.split('/'),
          query: Object.fromEntries(new URLSearchParams(query)),
          headers: sent,
          body,
        })
      },
    }
    sides.set(origin, side)
    return side
  }
  const operator = open(
    cpo,
    'CPO',
    cpoOrigin,
    {
      name: 'provider',
      owner: emsp,
      role: 'EMSP',
      origin: emspOrigin,
      invitation,
      needs: [{ identifier: 'cdrs', role: 'RECEIVER' }],
    },
    {
      ...reached('SENDER', ['locations', 'sessions', 'cdrs', 'tariffs']),
      ...reached('RECEIVER', ['tokens', 'commands', 'chargingprofiles']),
    },
  )
  const provider = open(
    emsp,
    'EMSP',
    emspOrigin,
    {
      name: 'operator',
      owner: cpo,
      role: 'CPO',
      origin: cpoOrigin,
      invitation,
      needs: [{ identifier: 'cdrs', role: 'SENDER' }],
      ...change,
    },
    {
      ...reached('RECEIVER', ['locations', 'sessions', 'cdrs', 'tariffs']),
      ...reached('SENDER', ['tokens', 'commands', 'chargingprofiles']),
    },
  )
  const begin = () => provider.registration.begin('operator', versionsUrl(cpoOrigin))
  /** What each shows the other once they are registered. */
  const tokensShown = () => ({
    toOperator: provider.held.get('operator')?.peer?.token ?? '',
    toProvider: operator.held.get('provider')?.peer?.token ?? '',
  })
  return { operator, provider, begin, tokensShown }
}
