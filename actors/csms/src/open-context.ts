import {
  httpClient,
  httpWitness,
  keepWitnessed,
  loadIdentity,
  openAudit,
  type ActorDeps,
  type Closers,
  type Identity,
  type Trust,
} from '@interlock/host'
import { inTurnByKey, type StationId } from '@interlock/kernel'
import { fromPem } from '@interlock/pki'
import { openDatabase } from '@interlock/store'
import type { CsmsConfig } from './config.ts'
import type { Context, Hooks } from './context.ts'
import { acceptedTokens } from './core/accepted-tokens.ts'
import { costTariffOf } from './core/cost-tariff.ts'
import { misusedCards } from './core/misused-cards.ts'
import { tokensInUse } from './core/tokens-in-use.ts'
import type { StationView } from './core/view.ts'
import { createCosts } from './costs/costs.ts'
import { counterStore } from './data/counter-store.ts'
import { factStore } from './data/facts.ts'
import { keptStore } from './data/kept.ts'
import { oscpStore } from './data/oscp-store.ts'
import { migrations, type CsmsTables } from './data/schema.ts'
import { stationStore } from './data/stations.ts'
import { tokenStore } from './data/tokens.ts'
import { transactionCostStore } from './data/transaction-costs.ts'
import { transactionStore } from './data/transaction-events.ts'
import { restoreMisuses } from './drivers/kept-misuses.ts'
import { driverRegister, registerMillisMax } from './drivers/driver-register.ts'
import { createHistory } from './history/history.ts'
import { createHappenings } from './happenings.ts'
import { restoreViews } from './restore-views.ts'
import { supervisorClient } from './supervisor.ts'

/** What all parts share, with the state of before a restart. */
export async function openContext(
  config: CsmsConfig,
  deps: ActorDeps,
  trust: Trust,
  closers: Closers,
) {
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
  const database = await openDatabase<CsmsTables>(config.database, migrations)
  closers.push(() => database.close())
  const stations = stationStore(database.db)
  await stations.put(config.stations)
  const http = httpClient({
    identity,
    trust,
    activity: deps.activity,
    expectRole: 'supervisor',
  })
  closers.push(() => http.close())
  const witness = httpWitness(http, config.peers.supervisor)
  const roots = trust.roots.flatMap((pem) => fromPem(pem, 'CERTIFICATE'))
  const { data, actor } = config
  const witnessed = keepWitnessed({ audit, data, actor, ask: witness, deps, roots })
  closers.push(() => witnessed.close())
  const views = new Map<StationId, StationView>()
  const happenings = createHappenings(
    config,
    deps,
    (id) => views.get(id as StationId)?.record.feeder,
  )
  closers.push(() => happenings.bus.close())
  const hooks: Hooks = {
    opened: () => {},
    replan: () => {},
    booted: () => {},
    commanding: () => {},
    revocationLists: () => [],
    suppliers: () => [],
    tariffsRead: () => Promise.resolve(),
    forward: () => {},
    admitDriver: () => Promise.resolve(undefined),
    limitsChanged: () => {},
    reservationEnded: () => {},
    statusTold: () => {},
    transactionTold: () => {},
    metered: () => {},
    capacityChanged: () => {},
  }
  const transactions = transactionStore(database.db, deps.crypto)
  const tariff = config.costs === undefined ? undefined : costTariffOf(config.costs)
  const context: Context = {
    config,
    deps,
    identity,
    smartMeterIdentity,
    audit,
    stations,
    transactions,
    costs: createCosts(tariff, transactions, transactionCostStore(database.db)),
    kept: keptStore(database.db),
    known: factStore(database.db),
    tokens: tokenStore(database.db),
    drivers: driversOf(config, identity, trust, deps, closers),
    misused: misusedCards(),
    inUse: tokensInUse(),
    accepted: acceptedTokens(),
    storing: inTurnByKey(),
    history: createHistory(deps.clock),
    supervisor: supervisorClient(http, config.peers.supervisor),
    witness,
    views,
    sessions: new Map(),
    live: new Map(),
    tell: happenings.tell,
    hooks,
  }
  await context.tokens.restore()
  await restoreMisuses(context)
  await restoreViews(context)
  const counters = counterStore(database.db)
  const oscp = oscpStore(database.db)
  return { context, counters, db: database.db, oscp, subscribe: happenings.subscribe }
}

function driversOf(
  { peers, ocpi }: CsmsConfig,
  identity: Identity,
  trust: Trust,
  { activity }: ActorDeps,
  closers: Closers,
) {
  if (peers.cir === undefined) return undefined
  const timeoutMillis = registerMillisMax
  const http = httpClient({ identity, trust, activity, timeoutMillis, expectRole: 'cir' })
  closers.push(() => http.close())
  const places = (ocpi?.places ?? []).flatMap(({ points, coordinates }) =>
    points.map(({ stationId }) => [stationId, coordinates] as const),
  )
  return driverRegister(http, peers.cir, new Map(places))
}
