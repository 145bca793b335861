import type { Happening } from '@interlock/contract'
import {
  checkConfig,
  dccAlerts,
  duisClient,
  ensureDir,
  httpClient,
  httpWitness,
  keepWitnessed,
  loadIdentity,
  openAudit,
  openHttpServer,
  openJournal,
  pinPeer,
  problem,
  readText,
  smartMeterList,
  startWhole,
  type ActorDeps,
  type Closers,
  type Endpoint,
  type Running,
} from '@interlock/host'
import {
  eui64,
  Fault,
  parseJson,
  toHex,
  utf8,
  type Crypto,
  type Eui64,
  type Instant,
} from '@interlock/kernel'
import type { Audit } from '@interlock/ledger'
import { fromPem } from '@interlock/pki'
import { tariffDepthMax, TariffDocument } from '@interlock/tariff'
import { createClocks, type ClockRound } from './clocks.ts'
import { demandWhole, type SupplierConfig } from './config.ts'
import { consumptionEndpoint } from './consumption-read.ts'
import { controllerEndpoints } from './controller-endpoints.ts'
import { openCustomers } from './customers/open-customers.ts'
import { openPublishedTariffs } from './customers/published-tariffs.ts'
import { deviceEndpoints } from './device-endpoints.ts'
import { openLastTariff } from './last-tariff.ts'
import { openNumbers } from './numbers.ts'
import { ownPeople } from './own-people.ts'
import {
  createRounds,
  tariffInvalid,
  type FileOffer,
  type Published,
  type Rounds,
} from './rounds.ts'
import { settlementEndpoint } from './settlement-read.ts'
import { executionOf, pricesOf, TariffOrder, type Offer } from './tariff.ts'

export type SupplierRunning = Running & {
  readonly port: number
  /** Every method and path that it answers. */
  readonly doors: readonly string[]
  /** Sends a tariff to every meter. @throws Fault `TariffInvalid` */
  publish(offer: Offer, executeAt?: Instant): Promise<Published>
  /** Tells every LLCS of its own the time. */
  tellTime(): Promise<ClockRound>
}

/**
 * An energy supplier: publishes its tariffs, signed, to the meters it serves.
 * @throws Fault when identity or journal cannot be read, the tariff is invalid or the port is taken.
 */
export function startSupplier(config: SupplierConfig, deps: ActorDeps): Promise<SupplierRunning> {
  return startWhole((closers) => open(config, deps, closers))
}

async function open(
  config: SupplierConfig,
  deps: ActorDeps,
  closers: Closers,
): Promise<Omit<SupplierRunning, 'close'>> {
  demandWhole(config)
  const identity = loadIdentity(config.identity)
  const { key, peer } = identity
  if (peer.role !== 'supplier')
    throw new Fault('IdentityUnreadable', `${config.identity}: not the identity of a supplier`)
  const trust = { roots: [readText(config.trust.smartMeter)] }
  const { activity, clock, crypto, log } = deps
  const { actor, data, dcc, listen } = config
  ensureDir(data)
  const audit = openAudit({ path: `${data}/audit.jsonl`, actor, clock, identity })
  closers.push(() => audit.close())
  const numbers = openNumbers(openJournal(`${data}/supplier.journal`))
  closers.push(() => numbers.close())
  const tariffs = openPublishedTariffs(openJournal(`${data}/tariffs.journal`), {
    days: config.keptDays,
    clock,
  })
  closers.push(() => tariffs.close())
  const last = openLastTariff(openJournal(`${data}/last-tariff.journal`))
  closers.push(() => last.close())
  const http = httpClient({ identity, trust, activity, expectRole: 'dcc' })
  closers.push(() => http.close())
  const witness = keepWitnessed({
    audit,
    data,
    actor,
    ask: httpWitness(http, dcc),
    deps,
    roots: trust.roots.flatMap((pem) => fromPem(pem, 'CERTIFICATE')),
  })
  closers.push(() => witness.close())
  const record = (kind: string, data: Readonly<Record<string, unknown>>): void =>
    void audit.critical(kind, data)
  const listeners = new Set<(event: object) => void>()
  const tell = (happening: Happening): void => listeners.forEach((listener) => listener(happening))
  const path = `${data}/smart-meter-list.pem`
  const list = smartMeterList({ http, url: dcc, chainPem: identity.chainPem, path, deps })
  closers.push(() => list.close())
  await list.start()
  const company = pinPeer(config.dccCertificate, record)
  const publication = {
    dcc: duisClient({
      http,
      url: dcc,
      identity,
      company,
      roots: trust.roots,
      revoked: list.revoked,
      crypto,
      wall: deps.wall,
      record,
    }),
    organisation: peer.organisation,
    key,
    crypto,
  }
  const common = { actor, publication, numbers, audit, deps }
  const meters = config.meters.map(eui64)
  const rounds = createRounds({ ...common, meters, tariffs, last, tell })
  closers.push(() => rounds.close())
  const clocks = createClocks({
    ...common,
    devices: config.clocks.map(eui64),
    everyMinutes: config.clockMinutes,
  })
  closers.push(() => clocks.close())
  const server = await openHttpServer({ name: actor, listen, identity, trust, activity, log })
  closers.push(() => server.close())
  for (const each of [
    ...endpoints({ actor, own: peer.organisation, rounds, audit }),
    ...controllerEndpoints(common),
    consumptionEndpoint(common),
    settlementEndpoint(common),
    ...deviceEndpoints({ ...common, company: () => company.current().eui }),
    ...openCustomers({ ...common, config, own: peer.organisation, tariffs }, closers),
  ])
    server.route(each)
  server.route(
    dccAlerts({
      company,
      own: peer.organisation,
      lastPath: `${data}/dcc-alerts.last`,
      crypto,
      record,
      onAlert: ({ kind }, words) =>
        tell({ at: clock.now(), actor, kind: 'state', data: { alert: kind, ...words } }),
    }),
  )
  server.events('/api/v1/events', ['web'], (listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  })
  const port = await server.listen()
  await rounds.begin(config.tariff === undefined ? undefined : readTariff(config.tariff, crypto))

  return {
    port,
    doors: server.doors,
    publish: (offer, executeAt) => rounds.publish(offer, executeAt),
    tellTime: () => clocks.tell(),
  }
}

function endpoints({
  actor,
  own,
  rounds,
  audit,
}: {
  readonly actor: string
  readonly own: Eui64
  readonly rounds: Rounds
  readonly audit: Audit
}): readonly Endpoint[] {
  const ours = ownPeople(own, audit, 'TariffRefused')
  const publish = async (offer: Offer, executeAt?: Instant) => {
    const body = rounds.check(offer, executeAt)
    if (!body.ok) return problem('BodyInvalid', `${body.reason} ${body.detail ?? ''}`.trim())
    return { status: 200, body: await rounds.publish(offer, executeAt) }
  }
  return [
    {
      method: 'GET',
      url: '/healthz',
      roles: ['supplier', 'dcc', 'csms', 'dsrsp', 'supervisor', 'web'],
      handle: () => ({ status: 200, body: { status: 'ok', actor } }),
    },
    {
      method: 'POST',
      url: '/api/v1/tariffs',
      roles: ['supplier'],
      body: TariffOrder,
      handle: ours(async ({ body }) => {
        const prices = pricesOf(body as TariffOrder)
        if (!prices.ok) return problem('BodyInvalid', prices.detail ?? prices.reason)
        const at = executionOf(body as TariffOrder)
        if (!at.ok) return problem('BodyInvalid', at.detail ?? at.reason)
        return await publish(prices.value, at.value)
      }),
    },
    {
      method: 'POST',
      url: '/api/v1/tariff-documents',
      roles: ['supplier'],
      body: TariffDocument,
      handle: ours(({ body }) => publish(body as TariffDocument)),
    },
  ]
}

/** @throws Fault `TariffInvalid` or `ConfigInvalid`, naming the file. */
function readTariff(path: string, crypto: Crypto): FileOffer {
  const text = readText(path)
  const digest = toHex(crypto.sha256(utf8(text)))
  const parsed = parseJson(text, tariffDepthMax)
  if (!parsed.ok) throw tariffInvalid(parsed.reason, path)
  const isDocument =
    typeof parsed.value === 'object' && parsed.value !== null && 'versions' in parsed.value
  if (isDocument) return { offer: checkConfig(path, parsed.value, TariffDocument), digest }
  const prices = pricesOf(checkConfig(path, parsed.value, TariffOrder))
  if (!prices.ok) throw tariffInvalid(prices.reason, `${path} ${prices.detail ?? ''}`)
  return { offer: prices.value, digest }
}
