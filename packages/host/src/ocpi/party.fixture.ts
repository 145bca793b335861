import { Fault, unobserved } from '@interlock/kernel'
import {
  createRegistration,
  strangers,
  versionsUrl,
  type Envelope,
  type OcpiConnection,
  type OcpiHandlers,
  type OcpiMethod,
  type OcpiOwner,
} from '@interlock/ocpi'
import { openHttpServer } from '../http-server.ts'
import type { Identity } from '../identity.ts'
import { silentLog } from '../log.ts'
import { nodeCrypto as crypto, systemEntropy as entropy } from '../node-crypto.ts'
import { systemClock } from '../system-clock.ts'
import { askParty, newCredentialsToken, sendOcpi } from './ask.ts'
import { ocpiEndpoints } from './doors.ts'
import { ocpiPeers } from './parties.ts'

export const testCpo: OcpiOwner = { country_code: 'NL', party_id: 'CPO' }
export const testEmsp: OcpiOwner = { country_code: 'NL', party_id: 'ILK' }
export const invitation = 'invitation-to-the-other-party'
/** By which the actor's config knows itself; its port is known later. */
export const actorOrigin = 'https://actor.test'

/** The other side of an actor's OCPI, over real sockets; it says whatever a test has it say. */
export async function openParty(options: {
  readonly role: 'CPO' | 'EMSP'
  readonly own: Identity
  readonly actor: Identity
  readonly rootPem: string
  readonly handlers: OcpiHandlers
}) {
  const { role, own, actor, rootPem, handlers } = options
  const isOperator = role === 'CPO'
  const [us, them] = isOperator ? [testCpo, testEmsp] : [testEmsp, testCpo]
  const held = new Map<string, OcpiConnection>()
  const port = { actor: 0 }
  const trust = { roots: [rootPem] }
  const reach = (url: string): string => url.replace(actorOrigin, `https://127.0.0.1:${port.actor}`)
  const certificate = isOperator ? 'emsp' : 'csms'
  const peers = ocpiPeers(
    [
      {
        name: 'actor',
        countryCode: them.country_code,
        partyId: them.party_id,
        organisation: actor.peer.organisation,
        origin: actorOrigin,
        invitation,
      },
    ],
    {
      role: isOperator ? 'EMSP' : 'CPO',
      certificate,
      needs: [{ identifier: 'cdrs', role: isOperator ? 'RECEIVER' : 'SENDER' }],
    },
    { identity: own, trust },
    { activity: unobserved },
  )
  const http = peers.httpOf('actor')
  if (http === undefined) throw new Fault('NoClient', 'no client')
  const server = await openHttpServer({
    name: role,
    listen: { host: '127.0.0.1', port: 0 },
    identity: own,
    trust,
    activity: unobserved,
    log: silentLog,
  })
  const where = { origin: '' }
  const ask = askParty(peers.httpOf, entropy)
  const registration = createRegistration({
    us,
    role,
    name: role,
    get origin() {
      return where.origin
    },
    parties: peers.parties,
    connections: {
      of: (name) => held.get(name) ?? strangers,
      keep: (name, connection) => Promise.resolve(void held.set(name, connection)),
    },
    ask: (to, token, method, url, body) => ask(to, token, method, reach(url), body),
    newToken: () => newCredentialsToken(entropy),
    crypto,
  })
  const doors = ocpiEndpoints({
    roles: [certificate],
    parties: peers.byOrganisation,
    registration,
    door: {
      get origin() {
        return where.origin
      },
      us,
      handlers,
      credentials: registration,
      now: () => systemClock.now(),
    },
    onRefused: () => {},
    clock: systemClock,
  })
  for (const each of doors) server.route(each)
  where.origin = `https://127.0.0.1:${await server.listen()}`
  const shown = (): string => held.get('actor')?.peer?.token ?? ''
  return {
    /** As the actor's config has it. */
    row: {
      name: isOperator ? 'operator' : 'provider',
      countryCode: us.country_code,
      partyId: us.party_id,
      organisation: own.peer.organisation,
      origin: where.origin,
      invitation,
    },
    versions: versionsUrl(where.origin),
    port,
    shown,
    begin: () => registration.begin('actor', versionsUrl(actorOrigin)),
    send: (method: OcpiMethod, path: string, body?: unknown) =>
      sendOcpi(
        http,
        {
          token: shown(),
          method,
          url: `https://127.0.0.1:${port.actor}/ocpi/${path}`,
          body,
          routing: { from: us, to: them },
        },
        entropy,
      ),
    /** With headers of the test's own. */
    async raw(method: string, path: string, headers: Record<string, string>, body = '') {
      const url = `https://127.0.0.1:${port.actor}/ocpi/${path}`
      const answer = await http.request(method, url, body, { headers, type: 'application/json' })
      return [answer.status, (answer.body as Partial<Envelope>).status_code] as const
    },
    async close() {
      await server.close()
      await peers.close()
    },
  }
}
export type TestParty = Awaited<ReturnType<typeof openParty>>
