import {
  ensureDir,
  loadIdentity,
  openAudit,
  openHttpServer,
  openJournal,
  readText,
  startWhole,
  type ActorDeps,
  type Closers,
  type Running,
} from '@interlock/host'
import { askParty, newCredentialsToken, ocpiEndpoints, ocpiPeers } from '@interlock/host/ocpi'
import { Fault, inHours, parseEui64 } from '@interlock/kernel'
import { createRegistration } from '@interlock/ocpi'
import { ownerOf, type CirConfig } from './config.ts'
import { ownerText } from './core/registered-token.ts'
import { openRegister } from './core/register.ts'
import { registerEndpoints } from './endpoints.ts'
import { journalConnections } from './ocpi/connections.ts'
import { tokenHandlers } from './ocpi/token-handlers.ts'

export type CirRunning = Running & {
  readonly port: number
  /** Every method and path that it answers. */
  readonly doors: readonly string[]
}
/**
 * The central interoperability register: which tokens there are and with which keys, and what it sees of
 * their use. It issues none and bills nothing.
 * @throws Fault when config, identity, journals or port are not as they must be; nothing is left open
 */
export function startCir(config: CirConfig, deps: ActorDeps): Promise<CirRunning> {
  return startWhole((closers) => open(config, deps, closers))
}

async function open(
  config: CirConfig,
  deps: ActorDeps,
  closers: Closers,
): Promise<Omit<CirRunning, 'close'>> {
  const identity = loadIdentity(config.identity)
  if (identity.peer.role !== 'cir')
    throw new Fault('IdentityUnreadable', `${config.identity}: not the identity of a register`)
  const trust = { roots: [readText(config.trust.charging)] }
  const { actor, data, listen, origin, issuers, operators } = config
  const { activity, clock, crypto, entropy, log } = deps
  const now = () => clock.now()
  const peersOf = (
    parties: CirConfig['issuers'],
    role: 'EMSP' | 'CPO',
    certificate: 'emsp' | 'csms',
  ) => {
    const peers = ocpiPeers(parties, { role, certificate, needs: [] }, { identity, trust }, deps)
    closers.push(() => peers.close())
    return peers
  }
  const [issuing, operating] = [peersOf(issuers, 'EMSP', 'emsp'), peersOf(operators, 'CPO', 'csms')]
  demandApart(config)
  ensureDir(data)
  const audit = openAudit({ path: `${data}/audit.jsonl`, actor, clock, identity })
  closers.push(() => audit.close())
  const register = openRegister({
    journal: openJournal(`${data}/register.journal`),
    key: identity.key,
    statementMillis: inHours(config.statementHours),
    organisationOf: (issuer) =>
      parseEui64(issuers.find((each) => ownerText(ownerOf(each)) === issuer)?.organisation ?? ''),
    crypto,
    freshKey: entropy.bytes(32),
    startedAt: clock.now(),
    onFinding: (finding) => void audit.record('Finding', finding),
  })
  closers.push(() => register.close())
  const connections = openJournal(`${data}/connections.journal`)
  closers.push(() => connections.close())

  const us = ownerOf(config)
  const registration = createRegistration({
    us,
    role: 'OTHER',
    name: config.name,
    origin,
    parties: [...issuing.parties, ...operating.parties],
    connections: journalConnections(connections),
    ask: askParty((name) => issuing.httpOf(name) ?? operating.httpOf(name), entropy),
    newToken: () => newCredentialsToken(entropy),
    crypto,
  })
  const names = new Set(issuers.map(({ name }) => name))
  const handlers = tokenHandlers({ register, issuers: names, audit, now })
  const server = await openHttpServer({ name: actor, listen, identity, trust, activity, log })
  closers.push(() => server.close())
  server.route({
    method: 'GET',
    url: '/healthz',
    roles: ['csms', 'emsp', 'supervisor', 'web'],
    handle: () => ({ status: 200, body: { status: 'ok', actor } }),
  })
  const doors = ocpiEndpoints({
    roles: ['csms', 'emsp'],
    parties: new Map([...issuing.byOrganisation, ...operating.byOrganisation]),
    registration,
    door: { origin, us, handlers, credentials: registration, now },
    onRefused: (party, path, message) =>
      void audit.record('OcpiRefused', { party: party ?? null, path, message }),
    clock,
  })
  for (const each of [...registerEndpoints({ register, config, audit, now }), ...doors])
    server.route(each)
  return { port: await server.listen(), doors: server.doors }
}

/** @throws Fault `ConfigInvalid`: by its name or its organisation, OCPI knows one party. */
function demandApart({ issuers, operators }: CirConfig): void {
  for (const of of ['name', 'organisation'] as const) {
    const names = new Set(issuers.map((each) => each[of]))
    const both = operators.find((each) => names.has(each[of]))
    if (both !== undefined)
      throw new Fault('ConfigInvalid', `${both[of]} issues and operates`, {
        remedy: 'give the provider and the operator each its own name and organisation',
      })
  }
}
