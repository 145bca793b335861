import { inProcessBus, type Bus } from '@interlock/bus'
import {
  ensureDir,
  httpClient,
  httpWitness,
  keepWitnessed,
  loadIdentity,
  openAudit,
  openHttpServer,
  otherLedger,
  readText,
  smartMeterList,
  startWhole,
  type ActorDeps,
  type Closers,
  type HttpClient,
  type Identity,
  type Running,
} from '@interlock/host'
import { Fault, inTurnByKey, type Role } from '@interlock/kernel'
import { fromPem, toPem } from '@interlock/pki'
import { openDatabase, openLedgerAccount, witnessRegister } from '@interlock/store'
import type { Kysely } from 'kysely'
import { authorityClient } from './authority-client.ts'
import type { SupervisorConfig } from './config.ts'
import { hourlyRate } from './core/rate.ts'
import { endpoints } from './endpoints/index.ts'
import { providerOf } from './endpoints/registers.ts'
import { announcer } from './happenings.ts'
import { dccInventory } from './inventory.ts'
import { deviceRegister } from './register/devices.ts'
import { firmwareRegister } from './register/firmware.ts'
import { grantRegister } from './register/grants.ts'
import { hoursRegister } from './register/hours.ts'
import { meterRegister } from './register/meters.ts'
import { providerRegister } from './register/providers.ts'
import { migrations, type SupervisorTables } from './register/tables.ts'
import { openRevocations } from './revocations.ts'
import type { Supervisor } from './supervisor.ts'

export type SupervisorRunning = Running & {
  readonly port: number
  /** Every method and path that it answers. */
  readonly doors: readonly string[]
  readonly bus: Bus
}

/**
 * The central supervisor: registers, certificates, dual control, megawatt ledger, revocation, witness.
 * @throws Fault when config, identity, database or port are not as they must be; nothing is left open
 */
export function startSupervisor(
  config: SupervisorConfig,
  deps: ActorDeps,
): Promise<SupervisorRunning> {
  return startWhole((closers) => open(config, deps, closers))
}

async function open(
  config: SupervisorConfig,
  deps: ActorDeps,
  closers: Closers,
): Promise<Omit<SupervisorRunning, 'close'>> {
  ensureDir(config.data)
  const identity = loadIdentity(config.identity)
  const root = readText(config.trust.charging)
  const smartMeterRoot = readText(config.trust.smartMeter)
  const audit = openAudit({
    path: `${config.data}/audit.jsonl`,
    actor: config.actor,
    clock: deps.clock,
    identity,
    checkpointEvery: 1_000,
  })
  closers.push(() => audit.close())
  const database = await openDatabase<SupervisorTables>(config.database, migrations)
  closers.push(() => database.close())
  const bus = inProcessBus({
    queueMax: 1_000,
    activity: deps.activity,
    onProblem: (problem) => deps.log.warn({ problem }, 'bus'),
  })
  closers.push(() => bus.close())
  const connect = connecting(deps, closers)
  const authority = authorityClient(connect(identity, root, 'authority'), config.peers.authority)
  const revocations = await openRevocations(database.db, authority, issuingOf(identity), deps)
  closers.push(() => revocations.close())
  const smartMeterIdentity = loadIdentity(config.smartMeterIdentity)
  const dcc = connect(smartMeterIdentity, smartMeterRoot, 'dcc')
  const { chainPem } = smartMeterIdentity
  const path = `${config.data}/smart-meter-list.pem`
  const list = smartMeterList({ http: dcc, url: config.peers.dcc, chainPem, path, deps })
  closers.push(() => list.close())
  await list.start()
  const supervisor: Supervisor = {
    deps,
    identity,
    roots: fromPem(root, 'CERTIFICATE'),
    witnessRoots: [root, smartMeterRoot].flatMap((pem) => fromPem(pem, 'CERTIFICATE')),
    audit,
    announce: announcer(bus, config, deps.clock),
    authority,
    revocations,
    smartMeterList: list,
    otherLedger: otherLedger(dcc, config.peers.dcc, deps.log),
    inventory: dccInventory(dcc, config.peers.dcc),
    rate: hourlyRate(config.commandsPerHourMax),
    turn: inTurnByKey(),
    ...(await registers(database.db, config, deps)),
  }
  await registerConfigured(config, supervisor)
  // Not by itself: the data company, under the other root, is the witness of this trail.
  const witness = keepWitnessed({
    audit,
    data: config.data,
    actor: config.actor,
    ask: httpWitness(dcc, config.peers.dcc),
    deps,
    roots: supervisor.witnessRoots,
  })
  closers.push(() => witness.close())
  const server = await openHttpServer({
    name: config.actor,
    listen: config.listen,
    identity,
    trust: { roots: [root], revoked: (serialHex) => revocations.isRevoked(serialHex) },
    activity: deps.activity,
    log: deps.log,
  })
  closers.push(() => server.close())
  for (const endpoint of endpoints(supervisor)) server.route(endpoint)
  server.events('/api/v1/events', ['web'], (send) =>
    bus.subscribe('ev/#', (_topic, message) => send(message as object)),
  )
  return { port: await server.listen(), doors: server.doors, bus }
}

async function registers(db: Kysely<SupervisorTables>, config: SupervisorConfig, deps: ActorDeps) {
  return {
    devices: deviceRegister(db),
    providers: await providerRegister(db, deps.crypto),
    firmware: await firmwareRegister(db),
    grants: grantRegister(db),
    hours: hoursRegister(db),
    meters: meterRegister(db),
    witnessed: witnessRegister(db),
    ledger: await openLedgerAccount(db, config.budget, deps.clock.now()),
  }
}

type Connect = (identity: Identity, root: string, expectRole: Role) => HttpClient

const connecting =
  (deps: ActorDeps, closers: Closers): Connect =>
  (identity, root, expectRole) => {
    const client = httpClient({
      identity,
      trust: { roots: [root] },
      activity: deps.activity,
      expectRole,
    })
    closers.push(() => client.close())
    return client
  }

/** The authority above a certificate signs the revocation list too. */
function issuingOf(identity: Identity): string {
  const [, issuing] = fromPem(identity.chainPem, 'CERTIFICATE')
  if (issuing !== undefined) return toPem(issuing, 'CERTIFICATE')
  throw new Fault('IdentityUnreadable', 'the chain lacks the issuing authority', {
    remedy: 'the chain file must hold the certificate and then its issuer',
  })
}

/** @throws Fault `ProviderInvalid`, naming the file. */
async function registerConfigured(config: SupervisorConfig, supervisor: Supervisor): Promise<void> {
  const now = supervisor.deps.clock.now()
  for (const image of config.firmware) await supervisor.firmware.add(image, now)
  for (const path of config.providers) {
    const provider = providerOf(readText(path), supervisor)
    if (!provider.ok)
      throw new Fault('ProviderInvalid', `${path}: ${provider.reason} ${provider.detail ?? ''}`, {
        remedy: 'give a chain (PEM, leaf first) under the charging root',
      })
    const { organisation, role, notBefore } = provider.value.peer
    const known = supervisor.providers.find(organisation, role)
    // A config that was not brought up to date must not bring an old certificate back.
    if (known === undefined || notBefore > known.peer.notBefore)
      await supervisor.providers.put(provider.value, now)
  }
}
