import { inProcessBus } from '@interlock/bus'
import {
  documentSigner,
  ensureDir,
  httpClient,
  httpWitness,
  keepWitnessed,
  loadIdentity,
  openAudit,
  openHttpServer,
  otherLedger,
  readText,
  witnessEndpoints,
  type ActorDeps,
  type HttpClient,
  type Identity,
  type Running,
} from '@interlock/host'
import { eui64, Fault, type Eui64, type Role } from '@interlock/kernel'
import { fromPem, toPem } from '@interlock/pki'
import { openDatabase, openLedgerAccount, witnessRegister } from '@interlock/store'
import { openAlertPush } from './alert-push.ts'
import { takeAlert } from './alerts.ts'
import { openAnomalies } from './anomalies.ts'
import { openArmBook } from './arm-book.ts'
import type { DccConfig } from './config.ts'
import { counters as openCounters } from './counters.ts'
import { deviceEndpoints } from './device-endpoints.ts'
import { openDeviceRegister } from './device-register.ts'
import { endpoints } from './endpoints.ts'
import { openFutureDated } from './future-dated.ts'
import { carryOutFutureDated, loseFutureDated } from './future-dated-requests.ts'
import { createHappened, type ArmTotals } from './happened.ts'
import { createInventory } from './inventory.ts'
import { createListDelivery } from './list-delivery.ts'
import { quarantine } from './quarantine.ts'
import { quarantineEndpoints } from './quarantine-endpoints.ts'
import { openReaderConsents } from './reader-consents.ts'
import { readerEndpoints } from './reader-endpoints.ts'
import { openRevocationLists } from './revocation-lists.ts'
import { migrations, type DccTables } from './tables.ts'
import { rulesOver } from './thresholds.ts'
import { openWanServer } from './wan-server.ts'

export type DccRunning = Running & {
  /** HTTPS. */
  readonly port: number
  /** Every method and path that it answers over HTTPS. */
  readonly doors: readonly string[]
  /** Communications hubs. */
  readonly wanPort: number
  readonly hubsConnected: () => number
  /** Arms since the start, by what became of them. */
  totals(): Readonly<ArmTotals>
}

/**
 * The smart-meter data company, simulated: checks service requests, makes and delivers commands, and
 * keeps one of the two megawatt ledgers. It can neither sign for an originator nor for a device.
 * @throws Fault when identities, inventory or database cannot be opened, or a port is taken.
 */
export async function startDcc(config: DccConfig, deps: ActorDeps): Promise<DccRunning> {
  const { activity, clock, crypto, log } = deps
  const identity = identityOf(config.identity, 'dcc')
  const charging = identityOf(config.chargingIdentity, 'dcc')
  const self = identity.peer.eui
  ensureDir(config.data)
  const audit = openAudit({
    path: `${config.data}/audit.jsonl`,
    actor: config.actor,
    clock,
    identity,
    checkpointEvery: 1_000,
  })
  const http = httpClient({
    identity: charging,
    trust: { roots: [readText(config.trust.charging)] },
    activity,
    expectRole: 'supervisor',
  })
  const anchors = {
    smartMeter: fromPem(readText(config.trust.smartMeter), 'CERTIFICATE'),
    charging: fromPem(readText(config.trust.charging), 'CERTIFICATE'),
  }
  const known = createInventory(config.inventory, { roots: anchors.smartMeter, deps })
  const lists = openRevocationLists(
    {
      path: config.revocationList,
      charging: () => chargingList(http, config.peers.supervisor),
      issuers: { smartMeter: issuingOf(identity), charging: issuingOf(charging) },
      roots: anchors,
    },
    audit,
    deps,
  )
  const trust = { roots: [readText(config.trust.smartMeter)], revoked: lists.revoked }
  const database = await openDatabase<DccTables>(config.database, migrations)
  const register = await openDeviceRegister(database.db, (eui) => known.first(eui), clock)
  const consents = await openReaderConsents(database.db, known, audit, deps)
  const inventory = {
    ...known,
    device: (eui: Eui64) => consents.device(eui),
    status: (eui: Eui64) => register.status(eui),
  }
  const alerts = openAlertPush(
    database.db,
    {
      subscribers: config.alerts.map(({ organisation, ...rest }) => ({
        organisation: eui64(organisation),
        ...rest,
      })),
      identity,
      trust,
      signer: documentSigner(identity),
      audit,
    },
    deps,
  )
  const bus = inProcessBus({ queueMax: 1_000, activity })
  const happened = createHappened(bus, config, clock)
  const counters = openCounters(database.db, clock)
  const ledger = await openLedgerAccount(database.db, config.budget, clock.now())
  const other = otherLedger(http, config.peers.supervisor, log)
  const onUnused = (digest: string): void => {
    audit.critical('ArmUnused', { digest })
    happened.unused(digest)
  }
  const arms = await openArmBook(database.db, ledger, other, onUnused, deps)
  const wan = await openWanServer(
    {
      listen: config.wan,
      identity,
      trust,
      inventory,
      audit,
      onAlert: (hub, from, alert) =>
        takeAlert(hub, from, alert, {
          self,
          inventory,
          counters,
          arms,
          audit,
          happened,
          alerts,
          revoked: lists.revoked,
          deps,
        }),
    },
    deps,
  )
  const server = await openHttpServer({
    name: config.actor,
    listen: config.listen,
    identity,
    trust,
    activity,
    log,
  })
  const delivery = createListDelivery(wan, lists, inventory, audit)
  lists.start(
    () =>
      void delivery
        .bringToAll()
        .catch((error: unknown) => log.error({ error }, 'lists could not be delivered')),
  )
  const service = {
    lists: delivery,
    anomalies: await openAnomalies(database.db, rulesOver(config.anomaly), clock),
    quarantine: quarantine(database.db, { clock, crypto }),
    futureDated: await openFutureDated(database.db, config.futureDatedMost, deps),
    revoked: lists.revoked,
    smartMeterRoots: anchors.smartMeter,
    register,
    alerts,
    region: config.region,
    identity,
    signer: documentSigner(identity),
    inventory,
    counters,
    arms,
    wan,
    audit,
    happened,
    deps,
  }
  for (const each of endpoints({ actor: config.actor, ledger, audit, service, clock, lists }))
    server.route(each)
  for (const each of [
    ...quarantineEndpoints(service),
    ...deviceEndpoints(service),
    ...readerEndpoints(consents),
  ])
    server.route(each)
  server.events('/api/v1/events', ['web'], (send) =>
    bus.subscribe('ev/#', (_topic, message) => send(message as object)),
  )
  const roots = [...anchors.smartMeter, ...anchors.charging]
  for (const each of witnessEndpoints({
    register: witnessRegister(database.db),
    identity,
    roots,
    audit,
    clock,
    roles: ['supervisor', 'supplier'],
  }))
    server.route(each)
  const ask = httpWitness(http, config.peers.supervisor)
  const witness = keepWitnessed({
    audit,
    data: config.data,
    actor: config.actor,
    ask,
    deps,
    roots,
  })
  await service.futureDated.start({
    carryOut: (held) => carryOutFutureDated(held, service),
    onLost: (held) => loseFutureDated(held, service),
  })
  alerts.start()
  const port = await server.listen()

  return {
    port,
    doors: server.doors,
    wanPort: wan.port,
    hubsConnected: wan.hubsConnected,
    totals: () => happened.totals(),
    async close() {
      lists.close()
      service.futureDated.close()
      arms.close()
      await witness.close()
      await server.close()
      await wan.close()
      await http.close()
      await alerts.close()
      await bus.close()
      await database.close()
      audit.close()
    },
  }
}

function identityOf(dir: string, role: Role): Identity {
  const identity = loadIdentity(dir)
  if (identity.peer.role === role) return identity
  throw new Fault('IdentityUnreadable', `${dir}: not the identity of a ${role}`)
}

/** The authority above the certificate, which signs the revocation list too. */
function issuingOf({ chainPem, peer }: Identity): string {
  const [, issuing] = fromPem(chainPem, 'CERTIFICATE')
  if (issuing !== undefined) return toPem(issuing, 'CERTIFICATE')
  throw new Fault('IdentityUnreadable', `the chain of ${peer.commonName} lacks its authority`, {
    remedy: 'the chain file must hold the certificate and then its issuer',
  })
}

/** The charging list, PEM; it is verified by whoever takes it. */
const chargingList = async (http: HttpClient, supervisor: string): Promise<string | undefined> => {
  const { status, body } = await http.request('GET', `${supervisor}/api/v1/crl`)
  return status === 200 && typeof body === 'string' ? body : undefined
}
