import {
  nodeCrypto as crypto,
  openHttpServer,
  silentLog,
  systemClock,
  systemEntropy as entropy,
  type Identity,
} from '@interlock/host'
import {
  askParty,
  newCredentialsToken,
  ocpiEndpoints,
  ocpiPeers,
  sendOcpi,
  type OcpiPartyConfig,
} from '@interlock/host/ocpi'
import { Fault, ok, unobserved } from '@interlock/kernel'
import {
  createRegistration,
  strangers,
  versionsUrl,
  type Envelope,
  type OcpiConnection,
  type OcpiMethod,
  type Token,
} from '@interlock/ocpi'

export const cpo = { country_code: 'NL', party_id: 'CPO' }
export const emsp = { country_code: 'NL', party_id: 'ILK' }
export const invitation = 'invitation-to-the-provider'
/** By which the provider's config knows itself; its port is known later. */
export const emspOrigin = 'https://emsp.test'

/** An operator of charging stations, over real sockets, that says whatever a test has it say. */
export async function openOperator(own: Identity, provider: Identity, rootPem: string) {
  const held = new Map<string, OcpiConnection>()
  const tokens: Token[] = []
  const port = { emsp: 0 }
  const trust = { roots: [rootPem] }
  const reach = (url: string): string => url.replace(emspOrigin, `https://127.0.0.1:${port.emsp}`)
  const party: OcpiPartyConfig = {
    name: 'provider',
    countryCode: emsp.country_code,
    partyId: emsp.party_id,
    organisation: provider.peer.organisation,
    origin: emspOrigin,
    invitation,
  }
  const needs = [{ identifier: 'cdrs', role: 'RECEIVER' }] as const
  const peers = ocpiPeers(
    [party],
    { role: 'EMSP', certificate: 'emsp', needs },
    { identity: own, trust },
    { activity: unobserved },
  )
  const http = peers.httpOf('provider')
  if (http === undefined) throw new Fault('NoClient', 'no client')
  const server = await openHttpServer({
    name: 'operator',
    listen: { host: '127.0.0.1', port: 0 },
    identity: own,
    trust,
    activity: unobserved,
    log: silentLog,
  })
  const where = { origin: '' }
  const ask = askParty(peers.httpOf, entropy)
  const registration = createRegistration({
    us: cpo,
    role: 'CPO',
    name: 'Operator',
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
    roles: ['emsp'],
    parties: peers.byOrganisation,
    registration,
    door: {
      get origin() {
        return where.origin
      },
      us: cpo,
      handlers: {
        'cdrs.list': () => ok({ data: [], total: 0 }),
        'tokens.put'({ body }) {
          tokens.push(body)
          return ok({ isNew: true })
        },
      },
      credentials: registration,
      now: () => systemClock.now(),
    },
    onRefused: () => {},
    clock: systemClock,
  })
  for (const each of doors) server.route(each)
  where.origin = `https://127.0.0.1:${await server.listen()}`

  const shown = (): string => held.get('provider')?.peer?.token ?? ''
  return {
    /** As the provider's config has it. */
    row: {
      name: 'operator',
      countryCode: cpo.country_code,
      partyId: cpo.party_id,
      organisation: own.peer.organisation,
      origin: where.origin,
      invitation,
    },
    begin: () => registration.begin('provider', versionsUrl(emspOrigin)),
    port,
    tokens,
    shown,
    send: (method: OcpiMethod, path: string, body?: unknown) =>
      sendOcpi(
        http,
        {
          token: shown(),
          method,
          url: `https://127.0.0.1:${port.emsp}/ocpi/${path}`,
          body,
          routing: { from: cpo, to: emsp },
        },
        entropy,
      ),
    /** With headers of the test's own. */
    async raw(method: string, path: string, headers: Record<string, string>, body = '') {
      const url = `https://127.0.0.1:${port.emsp}/ocpi/${path}`
      const settings = { headers, type: 'application/json' }
      const answer = await http.request(method, url, body, settings)
      return [answer.status, (answer.body as Partial<Envelope>).status_code] as const
    },
    async close() {
      await server.close()
      await peers.close()
    },
  }
}
