import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nationalBudget, type FlattenedJws } from '@interlock/contract'
import {
  checkConfig,
  httpClient,
  nodeCrypto as crypto,
  saveIdentity,
  silentLog,
  systemClock,
  systemEntropy,
  type ActorDeps,
  type HttpClient,
  type Identity,
} from '@interlock/host'
import { testCluster } from '@interlock/host/test-cluster.fixture'
import {
  fromIso,
  inHours,
  instant,
  plus,
  stationId,
  unobserved,
  type Eui64,
  type Instant,
  type Role,
} from '@interlock/kernel'
import {
  createCsr,
  firstContactKey,
  firstContactProof,
  renewalProof,
  type Subject,
} from '@interlock/pki'
import { toChargingProfile } from '@interlock/power'
import { effectWindow, signCommand, type CommandToSign } from '@interlock/seal'
import { openDatabase } from '@interlock/store'
import type { Kysely } from 'kysely'
import { startSupervisor, SupervisorConfig, type SupervisorRunning } from './index.ts'
import { migrations, type SupervisorTables } from './register/tables.ts'
import { freshEui, hierarchy, openIssuing, openOtherLedger } from './neighbours.fixture.ts'

/** A supervisor with its neighbours, a clock that stands still until told otherwise, and providers. */

export const firmwareSha256 = 'ab'.repeat(32)
export const region = 'GB-EAST'
export const ratingWatts = 7_360
/** A Monday noon: the written fallback is the rating until 16:00. */
export const noon = fromIso('2026-01-05T12:00:00Z') ?? instant(0)
export type Answer = { status: number; body: { reason?: string; detail?: string } & Answered }
type Answered = {
  command?: FlattenedJws
  chainPem?: string
  cells?: FlattenedJws
  passwordSha256?: string | null
  state?: string
}

export async function openWorld(budget = nationalBudget) {
  const dir = mkdtempSync(join(tmpdir(), 'interlock-supervisor-'))
  // The database's own user must get through to its folder.
  chmodSync(dir, 0o755)
  const charging = hierarchy('charging')
  const smartMeter = hierarchy('smartMeter')
  let now: Instant = noon
  const issuing = await openIssuing(charging)
  const dcc = await openOtherLedger(smartMeter, () => now)
  const login = { name: 'supervisor', user: 'supervisor', password: 'secret' }
  const cluster = await testCluster({ dir: join(dir, 'db'), databases: [login], log: silentLog })
  const file = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text)
    return join(dir, name)
  }
  const csms = charging.certify('csms')
  const dsrsp = charging.certify('dsrsp')
  const otherCsms = charging.certify('csms')
  const own = charging.certify('supervisor')
  const folder = (name: string, identity: Identity): string => {
    mkdirSync(join(dir, name))
    saveIdentity(join(dir, name), identity.keyPem, identity.chainPem)
    return join(dir, name)
  }
  const config = checkConfig(
    'test',
    {
      actor: 'supervisor',
      name: 'Supervisor',
      region,
      feeder: 'ACACIA-1',
      data: join(dir, 'data'),
      identity: folder('charging', own),
      smartMeterIdentity: folder('smart-meter', smartMeter.certify('supervisor')),
      trust: {
        charging: file('charging.pem', charging.rootPem),
        smartMeter: file('smart-meter.pem', smartMeter.rootPem),
      },
      database: cluster.url('supervisor'),
      listen: { host: '127.0.0.1', port: 0 },
      peers: { authority: issuing.url, dcc: dcc.url },
      budget,
      commandsPerHourMax: 8,
      providers: [csms, dsrsp, otherCsms].map((each, i) => file(`${i}.pem`, each.chainPem)),
      firmware: [{ sha256: firmwareSha256, maker: 'Maker', version: '1.0' }],
    },
    SupervisorConfig,
  )
  const deps: ActorDeps = {
    clock: { now: () => now, after: (...timer) => systemClock.after(...timer) },
    wall: systemClock,
    activity: unobserved,
    entropy: systemEntropy,
    crypto,
    log: silentLog,
  }
  let supervisor: SupervisorRunning = await startSupervisor(config, deps)
  const clients: HttpClient[] = []
  const clientOf = (identity: Identity): HttpClient => {
    const trust = { roots: [charging.rootPem] }
    const client = httpClient({ identity, trust, activity: unobserved })
    clients.push(client)
    return client
  }
  const known = new Map<Identity, HttpClient>()
  const ask = async (identity: Identity, method: string, path: string, body?: unknown) => {
    const client = known.get(identity) ?? clientOf(identity)
    known.set(identity, client)
    const url = `https://127.0.0.1:${supervisor.port}${path}`
    return (await client.request(method, url, body)) as Answer
  }
  const inDatabase = async <Result>(
    work: (db: Kysely<SupervisorTables>) => Promise<Result>,
  ): Promise<Result> => {
    const url = cluster.url('supervisor')
    const { db, close } = await openDatabase<SupervisorTables>(url, migrations)
    try {
      return await work(db)
    } finally {
      await close()
    }
  }
  return {
    charging,
    smartMeter,
    supervisorChain: own.chainPem,
    organisation: own.peer.organisation,
    csms,
    dsrsp,
    otherCsms,
    dcc,
    issuing,
    installer: charging.certify('installer', own.peer.organisation),
    maintainer: charging.certify('maintainer', own.peer.organisation),
    ask,
    running: () => supervisor,
    at: (time: Instant) => (now = time),
    now: () => now,
    auditLines: () => readFileSync(join(config.data, 'audit.jsonl'), 'utf8').trim().split('\n'),
    as: (role: Role): Identity => charging.certify(role),
    /** Stops and starts it; `meanwhile` happens while it is away. */
    async restart(meanwhile?: () => Promise<void>) {
      await supervisor.close()
      await meanwhile?.()
      supervisor = await startSupervisor(config, deps)
    },
    /** Its register of charging hours is lost. */
    loseHours: () => inDatabase((db) => db.deleteFrom('charging_hours').execute()),
    /** Ids of the reservations that are on its disk. */
    reservationsKept: async () => {
      const rows = await inDatabase((db) => db.selectFrom('reservations').select('id').execute())
      return rows.map(({ id }) => id)
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()))
      await supervisor.close()
      await Promise.all([issuing.close(), dcc.close()])
      await cluster.close()
      rmSync(dir, { recursive: true })
    },
  }
}
export type World = Awaited<ReturnType<typeof openWorld>>

export type Unit = {
  readonly stationId: string
  readonly eui: Eui64
  readonly secret: string
  counter: bigint
}
let units = 0

/** A unit leaves the maker and is pre-notified. */
export async function notified(world: World, changes: object = {}): Promise<Unit> {
  const unit: Unit = {
    stationId: `S${++units}`,
    eui: freshEui(),
    secret: `secret of ${units}`,
    counter: 0n,
  }
  const answer = await world.ask(world.installer, 'POST', '/api/v1/devices', {
    ...preNotification(world, unit),
    ...changes,
  })
  if (answer.status !== 201) throw new Error(JSON.stringify(answer))
  return unit
}

export const preNotification = (world: World, unit: Unit) => ({
  stationId: unit.stationId,
  eui: unit.eui,
  secretSha256: hex(firstContactKey(unit.secret, crypto)),
  firmwareSha256,
  ratingWatts,
  region,
  feeder: 'ACACIA-1',
  csms: world.csms.peer.organisation,
  dsrsp: world.dsrsp.peer.organisation,
})
const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

export const subjectOf = (world: World, { stationId: commonName, eui }: Unit): Subject => ({
  commonName,
  role: 'station',
  eui,
  organisation: world.csms.peer.organisation,
})

export const pair = () => crypto.generateKey()
export type Pair = ReturnType<typeof pair>

export const firstRequest = (world: World, unit: Unit, { key }: Pair): string => {
  const secret = firstContactKey(unit.secret, crypto)
  const proof = firstContactProof(secret, stationId(unit.stationId), key.publicKey, crypto)
  return createCsr(key, subjectOf(world, unit), crypto, { challenge: proof })
}
export const renewalRequest = (world: World, unit: Unit, old: Pair, { key }: Pair): string => {
  const proof = renewalProof(old.key, stationId(unit.stationId), key.publicKey, crypto)
  return createCsr(key, subjectOf(world, unit), crypto, { challenge: proof })
}

export const order = (world: World, unit: Unit, csrPem: string, firstContact = true) =>
  world.ask(world.csms, 'POST', '/api/v1/certificates', {
    stationId: unit.stationId,
    csrPem,
    firstContact,
  })

/** A unit with its certificate. */
export async function inService(world: World, changes: object = {}): Promise<Unit> {
  const unit = await notified(world, changes)
  const answer = await order(world, unit, firstRequest(world, unit, pair()))
  if (answer.status !== 200) throw new Error(JSON.stringify(answer))
  return unit
}

/** SetChargingProfile for EVSE 1: from `from`, each level for an hour. */
export const profileOf = (from: Instant, levels: readonly number[]) => ({
  evseId: 1,
  chargingProfile: toChargingProfile(
    {
      from,
      until: plus(from, inHours(levels.length)),
      periods: levels.map((limitWatts, i) => ({ from: plus(from, inHours(i)), limitWatts })),
    },
    { id: 1, purpose: 'TxDefaultProfile' },
  ),
})

export function signed(
  world: World,
  unit: Unit,
  action: string,
  payload: unknown,
  changes: Partial<CommandToSign> & { by?: Identity } = {},
): FlattenedJws {
  const { by = world.csms, ...rest } = changes
  const now = world.now()
  unit.counter += 1n
  const command: CommandToSign = {
    action,
    payload,
    role: by.peer.role,
    org: by.peer.organisation,
    thumbprint: by.peer.thumbprint,
    target: { station: unit.eui, evse: 1 },
    counter: unit.counter,
    issuedAt: now,
    expiresAt: plus(now, inHours(2)),
    effect: effectWindow(now),
    ...rest,
  }
  return signCommand(command, by.key, crypto)
}

export const submit = (world: World, unit: Unit, command: FlattenedJws, by = world.csms) =>
  world.ask(by, 'POST', '/api/v1/countersignatures', { stationId: unit.stationId, command })
