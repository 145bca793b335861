import { feederSumRules } from '@interlock/contract'
import {
  duisClient,
  ensureDir,
  httpClient,
  loadPeer,
  openHttpServer,
  pinPeer,
  portsOf,
  readText,
  startWhole,
  type ActorDeps,
  type Closers,
  type Running,
  type Trust,
} from '@interlock/host'
import type { StationId } from '@interlock/kernel'
import type { Endpoint as OcppEndpoint } from '@interlock/ocpp'
import type { Peer } from '@interlock/pki'
import { createCostUpdates } from './costs/cost-updates.ts'
import { createCommands } from './commands.ts'
import { demandWhole, type CsmsConfig } from './config.ts'
import type { Context, Hooks } from './context.ts'
import type { StationView } from './core/view.ts'
import type { CounterStore } from './data/counter-store.ts'
import type { OscpStore } from './data/oscp-store.ts'
import type { Totals } from './data/transaction-events.ts'
import { keepCardFindings } from './drivers/card-findings.ts'
import { openMiddleware } from './middleware/open-middleware.ts'
import { readSignedCharges } from './middleware/signed-charges.ts'
import { openRoaming } from './ocpi/open-roaming.ts'
import { openOcppServers, type OcppPorts } from './ocpp/servers.ts'
import { openContext } from './open-context.ts'
import { openCapacityBook, type CapacityBook } from './oscp/capacity-book.ts'
import { createFallbackLimits } from './oscp/fallback-limits.ts'
import { createFeederPlanner } from './oscp/feeder-planner.ts'
import { watchFeeders } from './oscp/feeder-watch.ts'
import type { OscpConfig } from './oscp/oscp-config.ts'
import { openSealedCapacity } from './oscp/sealed-capacity.ts'
import { watchStatements } from './oscp/statement-watch.ts'
import { openToldSets, type ToldSets } from './oscp/told-sets.ts'
import { openOpenData } from './open-data/open-data.ts'
import { createExpectedDay } from './oscp/expected-day.ts'
import { createDayAhead } from './planner/day-ahead.ts'
import { createPlanner } from './planner/planner.ts'
import { endpointsOf } from './rest/endpoints.ts'
import { idempotent } from './rest/idempotent.ts'
import { openDoors } from './rest/open-doors.ts'
import { createRenewals } from './renewals.ts'
import { relayProvider } from './provider-relay.ts'
import { relayRevocations } from './revocation-relay.ts'
import { createRevocations, type Revocations } from './revocations.ts'
import { planSubmitter } from './supervisor.ts'
import { createTariffs } from './tariff/tariffs.ts'
import { createTrustRegister } from './trust-register.ts'
import { openVirtualEvses } from './virtual-evse/virtual-evse.ts'

export type CsmsRunning = Running & {
  /** REST. */
  readonly port: number
  /** Every method and path of REST, the stream of events too. */
  readonly doors: readonly string[]
  readonly ocppPorts: OcppPorts
  /** Of OCPI, where it is spoken. */
  readonly ocpiPort: number | undefined
  /** Of open data, where they are published. */
  readonly openDataPort: number | undefined
  /** For distribution operators, where the config has any, and what is answered there. */
  readonly oscp: { readonly port: number; readonly doors: readonly string[] } | undefined
  /** Live connections under security profile 3, by station. */
  readonly sessions: ReadonlyMap<StationId, OcppEndpoint>
  /** Tells of each session that opens from now on, before anything of it is read. */
  onSession(listener: Hooks['opened']): () => void
  readonly views: ReadonlyMap<StationId, StationView>
  /** From the database: transactions and the energy their meters counted. */
  totals(): Promise<Totals>
  /** Reads every home's tariff through the DCC now. */
  refreshTariffs(): Promise<void>
  /** Offers the day-ahead plan to both ledgers unless that has been done. */
  submitPlan(): Promise<void>
}

/** @throws Fault when config, identity, database or a port are not as they must be. */
export function startCsms(config: CsmsConfig, deps: ActorDeps): Promise<CsmsRunning> {
  return startWhole((closers) => open(config, deps, closers))
}

async function open(
  config: CsmsConfig,
  deps: ActorDeps,
  closers: Closers,
): Promise<Omit<CsmsRunning, 'close'>> {
  demandWhole(config)
  ensureDir(config.data)
  const revocations = createRevocations()
  closers.push(() => revocations.close())
  const trust: Trust = {
    roots: [readText(config.trust.charging)],
    revoked: revocations.revoked,
  }
  const { context, counters, db, oscp, subscribe } = await openContext(config, deps, trust, closers)
  const listeners = new Set<Hooks['opened']>()
  context.hooks.opened = (...opened) => {
    for (const listener of listeners) listener(...opened)
  }
  const book = config.oscp && (await openBook(context, trust, config.oscp, oscp, closers))
  const supplier = loadPeer(config.tariff.supplierCertificate)
  context.hooks.suppliers = () => [
    {
      ...supplier,
      hierarchy: 'smartMeter',
      revoked: revocations.revokedSmartMeter(supplier.serialHex),
    },
  ]
  const journal = portsOf(deps).openJournal(`${config.data}/told-sets.journal`)
  const sets = openToldSets(journal, feederSumRules)
  closers.push(() => sets.close())
  const of = { context, counters, supplier, book, sets, revocations }
  const planning = await openPlanning(of, closers)
  const { commands } = planning
  const { tellSession, deadLetters } = openMiddleware(context, {
    trust,
    closers,
    book,
    sets,
    chargesOf: (station, from, until) =>
      readSignedCharges(context.transactions, station, { from, until }),
  })
  const ocpiPort =
    config.ocpi &&
    (await openRoaming({ context, commands, trust, ocpi: config.ocpi, db, tellSession, closers }))
  const openDataPort =
    config.openData && (await openOpenData({ context, commands }, config.openData, closers))
  const { drivers } = context
  if (drivers !== undefined) {
    const cards = keepCardFindings({ ...context, drivers }, commands, `${config.actor}/cards`)
    closers.push(() => cards.close())
  }
  const { ports, sweep } = await openOcppServers(context, trust, closers)
  const server = await openHttpServer({
    name: config.actor,
    listen: config.listen,
    identity: context.identity,
    ownedBy: { organisation: context.identity.peer.organisation, openDoors },
    trust,
    activity: deps.activity,
    log: deps.log,
  })
  closers.push(() => server.close())
  const once = idempotent(deps.clock)
  for (const endpoint of endpointsOf({ context, once, book, deadLetters, ...planning }))
    server.route(endpoint)
  server.events('/api/v1/events', ['web'], subscribe)
  const port = await server.listen()
  openVirtual(context, trust, closers)
  const relay = relayRevocations(context, revocations.bundles)
  const provider = relayProvider(context)
  const register = createTrustRegister(context)
  closers.push(() => register.close())
  context.hooks.booted = (station) => {
    relay.toOne(station)
    register.ask(station)
    provider(station)
    planning.watch?.booted(station)
  }
  context.hooks.commanding = relay.first
  context.hooks.revocationLists = revocations.bundles
  revocations.start(context, (grown) => {
    if (grown) sweep()
    relay.toAll()
  })
  const updates =
    config.costs === undefined ? undefined : createCostUpdates(context, config.costs.updateSeconds)
  closers.push(() => updates?.close())
  updates?.start()
  planning.tariffs.start()
  planning.renewals.start()
  register.start()
  return {
    port,
    doors: server.doors,
    ocppPorts: ports,
    oscp: book,
    ocpiPort,
    openDataPort,
    sessions: context.live,
    onSession(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    views: context.views,
    totals: context.transactions.totals,
    refreshTariffs: planning.tariffs.refresh,
    submitPlan: planning.dayAhead.ensure,
  }
}

/** What feeders bear, by OSCP and, where there is a middleware, by topic. */
async function openBook(
  context: Context,
  trust: Trust,
  oscp: OscpConfig,
  store: OscpStore,
  closers: Closers,
): Promise<CapacityBook> {
  const { config, deps } = context
  if (config.middleware === undefined)
    return openCapacityBook({ context, trust, oscp, store, sealed: undefined, closers })
  const journal = portsOf(deps).openJournal(`${config.data}/capacity.journal`)
  const sealed = openSealedCapacity(journal, deps.wall.now())
  closers.push(() => sealed.close())
  const book = await openCapacityBook({ context, trust, oscp, store, sealed, closers })
  const watch = watchStatements(context, book)
  closers.push(() => watch.close())
  return book
}

/** Tariffs, the day-ahead plan and the planner of sessions, which rest on each other in this order. */
async function openPlanning(
  {
    context,
    counters,
    supplier,
    book,
    sets,
    revocations,
  }: {
    readonly context: Context
    readonly counters: CounterStore
    readonly supplier: Peer
    readonly book: CapacityBook | undefined
    readonly sets: ToldSets
    readonly revocations: Revocations
  },
  closers: Closers,
) {
  const { config, deps, smartMeterIdentity } = context
  const http = httpClient({
    identity: smartMeterIdentity,
    trust: { roots: [readText(config.trust.smartMeter)] },
    activity: deps.activity,
    expectRole: 'dcc',
  })
  closers.push(() => http.close())
  const record = (kind: string, data: Readonly<Record<string, unknown>>): void =>
    void context.audit.critical(kind, data)
  const dcc = duisClient({
    http,
    url: config.peers.dcc,
    identity: smartMeterIdentity,
    company: pinPeer(config.dccCertificate, record),
    roots: [readText(config.trust.smartMeter)],
    revoked: revocations.revokedSmartMeter,
    crypto: deps.crypto,
    wall: deps.wall,
    record,
  })
  const tariffs = createTariffs({ context, dcc, counters, supplier })
  await tariffs.restore()
  closers.push(() => tariffs.close())
  const ledgers = {
    supervisor: context.supervisor.submitPlan,
    dcc: planSubmitter(http, config.peers.dcc),
  }
  const commands = createCommands(context, counters)
  const tariffOf = tariffs.of
  const feeders = book && createFeederPlanner({ context, book, tariffOf })
  const expected = feeders && createExpectedDay({ context, book, planner: feeders, tariffOf })
  const dayAhead = createDayAhead({ context, tariffOf, ledgers, feeders: expected })
  const planner = createPlanner({
    context,
    commands,
    tariffOf,
    dayAhead: dayAhead.ensure,
    feeders: feeders && { ...feeders, of: (feeder) => book.of(feeder) },
  })
  closers.push(() => planner.close())
  context.hooks.replan = planner.request
  context.hooks.tariffsRead = dayAhead.ensure
  const renewals = createRenewals(context, commands)
  closers.push(() => renewals.close())
  const watch =
    feeders &&
    watchFeeders(context, book, {
      limits: createFallbackLimits(context, commands, feeders),
      dayAhead: dayAhead.ensure,
      sets,
    })
  closers.push(() => watch?.close())
  return { tariffs, dayAhead, commands, renewals, feeders, watch }
}

function openVirtual(context: Context, trust: Trust, closers: Closers): void {
  const { dsrsp } = context.config.peers
  if (dsrsp === undefined) return
  const enrolled = [...context.views.values()].filter((view) => view.record.enrolled)
  const stations = enrolled.map((view) => view.record.stationId)
  const virtual = openVirtualEvses(context, { url: dsrsp, trust, stations })
  closers.push(() => virtual.close())
  context.hooks.forward = virtual.forward
}
