import {
  duisClient,
  ensureDir,
  httpClient,
  httpWitness,
  keepWitnessed,
  loadIdentity,
  loadPeer,
  openAudit,
  openHttpServer,
  pinPeer,
  readText,
  smartMeterList,
  startWhole,
  type ActorDeps,
  type Closers,
  type Running,
  type Trust,
} from '@interlock/host'
import { eui64, stationId, type StationId } from '@interlock/kernel'
import type { Endpoint } from '@interlock/ocpp'
import { fromPem } from '@interlock/pki'
import { openDatabase } from '@interlock/store'
import { deadLettersDoor } from '@interlock/topics'
import { demandWhole, type DsrspConfig } from './config.ts'
import type { Context, Member } from './context.ts'
import { migrations, type DsrspTables } from './data/schema.ts'
import { openStore, type Store } from './data/store.ts'
import { createHappenings } from './happenings.ts'
import { hearMembers } from './hear-members.ts'
import { createPortfolio } from './portfolio/portfolio.ts'
import { endpointsOf, memberDocument, type MemberDocument } from './rest/endpoints.ts'
import { supervisorClient } from './supervisor.ts'
import { createControllers } from './controllers.ts'
import { createTariffs } from './tariffs.ts'
import { openVirtualCsms } from './virtual-csms.ts'

export type DsrspRunning = Running & {
  /** REST. */
  readonly port: number
  /** Every method and path of REST, the stream of events too. */
  readonly doors: readonly string[]
  /** Where virtual EVSEs connect. */
  readonly ocppPort: number
  /** Makes every member ready to respond now; false where one is not. */
  readonly enrol: () => Promise<boolean>
  readonly portfolio: () => readonly MemberDocument[]
  /** The live connection of a member's virtual EVSE. */
  readonly session: (station: StationId) => Endpoint | undefined
}

/** @throws Fault when config, identity, database or a port are not as they must be. */
export function startDsrsp(config: DsrspConfig, deps: ActorDeps): Promise<DsrspRunning> {
  return startWhole((closers) => open(config, deps, closers))
}

async function open(
  config: DsrspConfig,
  deps: ActorDeps,
  closers: Closers,
): Promise<Omit<DsrspRunning, 'close'>> {
  demandWhole(config)
  ensureDir(config.data)
  const trust: Trust = { roots: [readText(config.trust.charging)] }
  const { context, subscribe } = await openContext(config, deps, trust, closers)
  const portfolio = createPortfolio(context)
  closers.push(() => portfolio.close())
  const virtual = await openVirtualCsms(context, {
    trust,
    onReady: (member) => portfolio.enrol(member.stationId),
  })
  closers.push(() => virtual.close())
  const server = await openHttpServer({
    name: config.actor,
    listen: config.listen,
    identity: context.identity,
    trust,
    activity: deps.activity,
    log: deps.log,
  })
  closers.push(() => server.close())
  const renew = (member: Member): void => {
    member.holding = undefined
    portfolio.enrol(member.stationId)
  }
  const tariffs = createTariffs(context)
  const controllersOf = createControllers(context)
  for (const endpoint of endpointsOf({ context, renew, tariffs, controllersOf }))
    server.route(endpoint)
  server.route(
    deadLettersDoor({
      letters: () => context.heard?.topics.deadLetters ?? [],
      own: () => context.identity.peer.organisation,
      roles: ['web'],
    }),
  )
  server.events('/api/v1/events', ['web'], subscribe)
  const port = await server.listen()
  return {
    port,
    doors: server.doors,
    ocppPort: virtual.port,
    enrol: portfolio.enrolAll,
    portfolio: () => [...context.members.values()].map((each) => memberDocument(each, context)),
    session: (station) => context.members.get(station)?.endpoint,
  }
}

async function openContext(config: DsrspConfig, deps: ActorDeps, trust: Trust, closers: Closers) {
  const identity = loadIdentity(config.identity)
  const smartMeterIdentity = loadIdentity(config.smartMeterIdentity)
  const audit = openAudit({
    path: `${config.data}/audit.jsonl`,
    actor: config.actor,
    clock: deps.clock,
    identity,
    checkpointEvery: 1_000,
  })
  closers.push(() => audit.close())
  const database = await openDatabase<DsrspTables>(config.database, migrations)
  closers.push(() => database.close())
  const { activity, crypto } = deps
  const charging = httpClient({ identity, trust, activity, expectRole: 'supervisor' })
  closers.push(() => charging.close())
  const witness = keepWitnessed({
    audit,
    data: config.data,
    actor: config.actor,
    ask: httpWitness(charging, config.peers.supervisor),
    deps,
    roots: trust.roots.flatMap((pem) => fromPem(pem, 'CERTIFICATE')),
  })
  closers.push(() => witness.close())
  const smartMeter = httpClient({
    identity: smartMeterIdentity,
    trust: { roots: [readText(config.trust.smartMeter)] },
    activity,
    expectRole: 'dcc',
  })
  closers.push(() => smartMeter.close())
  const list = smartMeterList({
    http: smartMeter,
    url: config.peers.dcc,
    chainPem: smartMeterIdentity.chainPem,
    path: `${config.data}/smart-meter-list.pem`,
    deps,
  })
  closers.push(() => list.close())
  await list.start()
  const happenings = createHappenings(config, deps)
  closers.push(() => happenings.bus.close())
  const store = openStore(database.db)
  const record = (kind: string, data: Readonly<Record<string, unknown>>): void =>
    void audit.critical(kind, data)
  const context: Context = {
    config,
    deps,
    identity,
    smartMeterIdentity,
    audit,
    store,
    supervisor: supervisorClient(charging, config.peers.supervisor, crypto),
    dcc: duisClient({
      http: smartMeter,
      url: config.peers.dcc,
      identity: smartMeterIdentity,
      company: pinPeer(config.dccCertificate, record),
      roots: [readText(config.trust.smartMeter)],
      revoked: list.revoked,
      crypto,
      wall: deps.wall,
      record,
    }),
    supplier: config.supplier === undefined ? undefined : loadPeer(config.supplier),
    members: await membersOf(config, store),
    heard: hearMembers({ config, deps, identity, audit }, closers),
    tell: happenings.tell,
  }
  return { context, subscribe: happenings.subscribe }
}

async function membersOf(config: DsrspConfig, store: Store): Promise<Map<StationId, Member>> {
  const holdings = await store.holdings()
  return new Map(
    config.portfolio.map((contract) => {
      const id = stationId(contract.stationId)
      const { evse, ratingWatts, feeder } = contract
      const member: Member = {
        stationId: id,
        eui: eui64(contract.eui),
        llcs: eui64(contract.llcs),
        meter: contract.meter === undefined ? undefined : eui64(contract.meter),
        evse,
        ratingWatts,
        feeder,
        endpoint: undefined,
        status: 'Unknown',
        powerWatts: undefined,
        transactionId: undefined,
        holding: holdings.get(id),
        refused: undefined,
      }
      return [id, member]
    }),
  )
}
