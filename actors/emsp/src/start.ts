import {
  ensureDir,
  httpClient,
  loadIdentity,
  openAudit,
  openHttpServer,
  portsOf,
  readText,
  startWhole,
  type ActorDeps,
  type Closers,
  type Running,
} from '@interlock/host'
import { askParty, newCredentialsToken, ocpiEndpoints, ocpiPeers } from '@interlock/host/ocpi'
import { Fault, inHours } from '@interlock/kernel'
import {
  createRegistration,
  readOcpi,
  strangers,
  type OcpiOwner,
  type Tariff,
  type Token,
} from '@interlock/ocpi'
import { ocpiConnections, ocpiObjects, openDatabase } from '@interlock/store'
import {
  deadLettersDoor,
  demandTopic,
  keepProofs,
  proofFiles,
  openTopics,
  type Topics,
} from '@interlock/topics'
import { authorisationStore } from './authorisations.ts'
import { keepCardRegister } from './card-register.ts'
import { demandWhole, type EmspConfig } from './config.ts'
import { tokenOf } from './core/authorise.ts'
import { billStore } from './data/bills.ts'
import { migrations, type EmspTables } from './data/schema.ts'
import { toldStore } from './data/told.ts'
import { meterRegister } from './meter-register.ts'
import { followings, homeTopics } from './middleware.ts'
import { emspHandlers, registered, type EmspDesk } from './ocpi/handlers.ts'
import { pushTokens } from './push-tokens.ts'
import { keepRegistering } from './registering.ts'
import { recordsInTurn } from './records-in-turn.ts'
import { remoteEndpoints } from './remote-endpoints.ts'
import { remoteRequests } from './requests.ts'
import { keepRetention, retention } from './retention.ts'
import { restEndpoints } from './rest.ts'
import { tokenRegister } from './token-register.ts'

export type EmspRunning = Running & {
  readonly port: number
  /** Every method and path that it answers. */
  readonly doors: readonly string[]
}

/**
 * An e-mobility provider: authorises its drivers at operators of charging stations, and bills what the
 * meters there have signed.
 * @throws Fault when config, identity, tariffs, database or port are not as they must be; nothing is left open
 */
export function startEmsp(config: EmspConfig, deps: ActorDeps): Promise<EmspRunning> {
  return startWhole((closers) => open(config, deps, closers))
}

async function open(
  config: EmspConfig,
  deps: ActorDeps,
  closers: Closers,
): Promise<Omit<EmspRunning, 'close'>> {
  demandWhole(config)
  const identity = loadIdentity(config.identity)
  if (identity.peer.role !== 'emsp')
    throw new Fault('IdentityUnreadable', `${config.identity}: not the identity of a provider`)
  const { actor, data, name, origin, operators } = config
  // As they stand: what the register of tokens finds of a card changes its contract here.
  const contracts = [...config.contracts]
  const { activity, clock, entropy, crypto, log } = deps
  const tariffs = new Map(operators.map(({ name: each, tariff }) => [each, tariffIn(tariff)]))
  const rootPem = readText(config.trust.charging)
  const trust = { roots: [rootPem] }
  ensureDir(data)
  const audit = openAudit({ path: `${data}/audit.jsonl`, actor, clock, identity })
  closers.push(() => audit.close())
  const { db, close } = await openDatabase<EmspTables>(config.database, migrations)
  closers.push(close)
  const us: OcpiOwner = { country_code: config.countryCode, party_id: config.partyId }
  const supervisor = httpClient({ identity, trust, activity, expectRole: 'supervisor' })
  closers.push(() => supervisor.close())
  const { cir } = config.peers
  const tokens = httpClient({ identity, trust, activity, expectRole: 'cir' })
  closers.push(() => tokens.close())
  const peers = ocpiPeers(
    operators,
    { role: 'CPO', certificate: 'csms', needs: [{ identifier: 'cdrs', role: 'SENDER' }] },
    { identity, trust },
    deps,
  )
  closers.push(() => peers.close())
  const registration = createRegistration({
    us,
    role: 'EMSP',
    name,
    origin,
    parties: peers.parties,
    connections: await ocpiConnections(db, strangers),
    ask: askParty(peers.httpOf, entropy),
    newToken: () => newCredentialsToken(entropy),
    crypto,
  })
  const bills = billStore(db)
  const told = toldStore(db)
  const now = () => clock.now()
  let topics: Topics | undefined
  const toldMax = config.toldMax ?? retention.told.countMax
  if (config.middleware !== undefined) {
    const joins = homeTopics(config, identity.peer.organisation).map(demandTopic)
    const opened = openTopics({
      config: config.middleware,
      identity: () => identity,
      rootPem,
      data,
      note: (kind, found) => void audit.record(kind, found),
      deps,
    })
    const proofs = keepProofs(proofFiles(data, portsOf(deps).openJournal), {
      days: retention.told.millis / inHours(24),
      max: toldMax,
      clock,
      label: `${actor}/proofs`,
    })
    closers.push(() => proofs.close())
    closers.push(() => opened.close())
    const said = followings({ contracts, config, told, proofs, now })
    for (const each of said) opened.follow(each)
    for (const topic of joins) opened.join(topic)
    topics = opened
  }
  const objects = await ocpiObjects(db)
  const forgetting = keepRetention({
    us,
    toldMax,
    operators: peers.parties.map(({ owner }) => owner),
    told,
    objects,
    label: `${actor}/retention`,
    deps,
  })
  closers.push(() => forgetting.close())
  const requests = remoteRequests({ us, origin, peers, registration, objects, entropy, audit, now })
  const desk: EmspDesk = {
    us,
    issuer: name,
    contracts,
    tariffs,
    meterOf: meterRegister(supervisor, config.peers.supervisor),
    bills,
    objects,
    authorisations: authorisationStore(objects, entropy, now),
    audit,
    ...(cir === undefined ? {} : { askRegister: tokenRegister(tokens, cir) }),
    requests,
    inTurn: recordsInTurn(),
    now,
  }
  const handlers = emspHandlers(desk)
  const own = { organisation: identity.peer.organisation, openDoors: [] as string[] }
  const server = await openHttpServer({
    name: actor,
    listen: config.listen,
    identity,
    trust,
    activity,
    log,
    ownedBy: own,
  })
  closers.push(() => server.close())
  const doors = ocpiEndpoints({
    roles: ['csms'],
    parties: peers.byOrganisation,
    registration,
    door: { origin, us, handlers, credentials: registration, now },
    onRefused: (party, path, message) =>
      void audit.record('OcpiRefused', { party: party ?? null, path, message }),
    clock,
  })
  own.openDoors.push('GET /healthz', ...doors.map(({ method, url }) => `${method} ${url}`))
  const remote = remoteEndpoints({
    ...desk,
    operatorOf: (party) => peers.parties.find((each) => each.name === party)?.owner,
    registered: (contract, allowed) => registered(desk, contract, allowed),
  })
  const letters = deadLettersDoor({
    letters: () => topics?.deadLetters ?? [],
    own: () => own.organisation,
    roles: ['web'],
  })
  const console = restEndpoints(actor, { bills, told, objects })
  for (const each of [...console, letters, ...remote, ...doors]) server.route(each)
  const port = await server.listen()
  const tell = (party: string, some: readonly Token[]) =>
    pushTokens(
      party,
      some.filter(({ whitelist }) => whitelist !== 'NEVER'),
      us,
      { peers, registration },
      deps,
    )
  // Before operators are told of all tokens: of blocked cards as blocked.
  if (cir !== undefined) {
    const cards = await keepCardRegister({
      http: tokens,
      url: cir,
      us,
      issuer: name,
      contracts,
      objects,
      audit,
      // Who registers later is told of all tokens then.
      tell: async (changed) => {
        const known = operators.filter(
          (each) => registration.reach(each.name, 'tokens', 'RECEIVER').ok,
        )
        const heard = await Promise.all(known.map((each) => tell(each.name, changed)))
        return heard.every(Boolean)
      },
      label: `${actor}/cards`,
      deps,
    })
    closers.push(() => cards.close())
  }
  const registering = keepRegistering({
    parties: operators.map(({ name: party, versions }) => ({
      name: party,
      ...(versions === undefined ? {} : { versions }),
    })),
    registration,
    next: async (party) => {
      await tell(
        party,
        contracts.map((each) => tokenOf(us, name, each)),
      )
    },
    label: `${actor}/register`,
    clock,
    log,
  })
  closers.push(() => registering.close())
  return { port, doors: server.doors }
}

/** @throws Fault `ConfigInvalid`, naming the file. */
function tariffIn(path: string): Tariff {
  const tariff = readOcpi('Tariff', readText(path))
  if (tariff.ok) return tariff.value
  throw new Fault('ConfigInvalid', `${path}: ${tariff.reason} ${tariff.detail ?? ''}`, {
    remedy: 'give an OCPI 2.2.1 tariff',
  })
}
