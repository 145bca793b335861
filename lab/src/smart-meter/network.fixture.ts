import { rmSync } from 'node:fs'
import { createAuthority } from '@interlock/authority'
import { nationalBudget, type BudgetLimits } from '@interlock/contract'
import {
  anomalyRulesDefault,
  createSmki,
  startDcc,
  type AnomalyRules,
  type DccConfig,
} from '@interlock/dcc'
import {
  buildRequest,
  openResponse,
  openSigned,
  parseResponse,
  responseNameOf,
  signDocument,
  type DuisProblem,
  type PrenotificationBody,
  type RequestBody,
  type ServiceRequest,
  type ServiceResponse,
} from '@interlock/duis'
import { signPreCommand } from '@interlock/gbcs'
import {
  documentSigner,
  freePort,
  httpClient,
  identityOf,
  nodeCrypto as crypto,
  saveIdentity,
  silentLog,
  systemClock,
  systemEntropy,
  temporaryDir,
  writeAtomic,
  type ActorDeps,
  type Identity,
} from '@interlock/host'
import { testCluster } from '@interlock/host/test-cluster.fixture'
import { startHub } from '@interlock/hub'
import {
  eui64,
  fromHex,
  instant,
  unobserved,
  type Eui64,
  type Outcome,
  type PrivateKey,
  type PublicKey,
  type Role,
} from '@interlock/kernel'
import { startMeter } from '@interlock/meter'
import { startSupplier, type SupplierConfig } from '@interlock/supplier'
import { testClock } from '@interlock/kernel/clock.fixture'
import { testDevice } from './device.fixture.ts'
import { meterFirmware } from './firmware.fixture.ts'
import { testLedger } from './ledger.fixture.ts'

export const evening = instant(Date.UTC(2026, 0, 5, 18))
export const rating = 7_400
const hanKey = 'a5'.repeat(32)
const loopback = { host: '127.0.0.1', port: 0 }

export const owner = crypto.generateKey().key
export const ownerEui = eui64('A2-00-00-00-00-00-00-01')

/** What a user says of a device that it will install. */
export const prenotification = (
  device: Eui64,
  type: 'ESME' | 'HCALCS' = 'ESME',
): PrenotificationBody => ({
  kind: 'prenotification',
  device,
  manufacturer: 'AB01',
  model: '010A030B',
  type,
  specification: 'SMETS V5.1',
  firmware: '0002012F',
})

/** One home and the smart-meter network around it: real sockets, TLS and database. */
export async function network(
  name: string,
  budget: BudgetLimits = nationalBudget,
  anomaly: AnomalyRules = anomalyRulesDefault,
  { futureDatedMost = 1_000, controllers = 1, awaitsMeter = false, start = evening } = {},
) {
  const dir = temporaryDir(`interlock-${name}`)
  const wallDeps = { wall: systemClock, crypto }
  const smki = createSmki(`${dir}/smki`, wallDeps)
  const charging = createAuthority(`${dir}/charging`, wallDeps)
  writeAtomic(`${dir}/smart-meter.pem`, smki.rootPem, 0o644)
  writeAtomic(`${dir}/charging.pem`, charging.rootPem, 0o644)
  const revocationList = `${dir}/smart-meter-crl.pem`
  writeAtomic(revocationList, smki.newList(), 0o644)
  const trust = { charging: `${dir}/charging.pem`, smartMeter: `${dir}/smart-meter.pem` }
  let number = 0
  const identity = (role: Role, by: 'smki' | 'charging' = 'smki', as?: Identity): Identity => {
    const eui = as?.peer.eui ?? eui64(`02-00-00-00-00-00-00-${String(++number).padStart(2, '0')}`)
    const subject = { commonName: role, role, eui, organisation: eui }
    const profile = role === 'station' ? 'chargingDevice' : 'chargingOrganisation'
    const { keyPem, chainPem } =
      by === 'smki' ? smki.certify(subject) : charging.certify(subject, { profile })
    saveIdentity(`${dir}/${by}-${role}`, keyPem, chainPem)
    return identityOf(keyPem, chainPem, role)
  }
  const dccIdentity = identity('dcc')
  identity('dcc', 'charging', dccIdentity)
  const supervisor = identity('supervisor')
  const supervisorCharging = identity('supervisor', 'charging', supervisor)
  const users = {
    supplier: identity('supplier'),
    dsrsp: identity('dsrsp'),
    csms: identity('csms'),
    web: identity('web'),
    supervisor,
  }
  const devices = {
    hub: identity('hub'),
    meter: identity('meter'),
    llcs: identity('llcs'),
    dcc: dccIdentity.peer.eui,
  }

  const clock = testClock(start)
  const dccWall = testClock(systemClock.now())
  const depsOf = (wall: ActorDeps['wall'] = systemClock): ActorDeps => ({
    clock,
    wall,
    activity: unobserved,
    entropy: systemEntropy,
    crypto,
    log: silentLog,
  })
  const databases = [{ name: 'dcc', user: 'dcc', password: 'for-tests-only' }]
  const cluster = await testCluster({ dir: `${dir}/cluster`, databases, log: silentLog })
  // What is stopped and started again finds its port free.
  const place = async () => ({ host: '127.0.0.1', port: await freePort('127.0.0.1') })
  const { port: ledgerPort } = await place()
  let ledger = await testLedger(supervisorCharging, charging.rootPem, clock, ledgerPort)
  const common = { region: 'GB', production: true }
  const supplierPlace = await place()
  const inventoryOf = (kind: 'meter' | 'llcs') => ({
    eui: devices[kind].peer.eui,
    kind,
    hub: devices.hub.peer.eui,
    certificate: `${dir}/smki-${kind}/chain.pem`,
    responsible: [users.supplier, ...(kind === 'llcs' ? [users.dsrsp] : [])].map(
      ({ peer }) => peer.organisation,
    ),
    readers: (kind === 'meter' ? [users.csms, users.dsrsp] : []).map(
      ({ peer }) => peer.organisation,
    ),
    controllers: Array.from({ length: kind === 'llcs' ? controllers : 0 }, (_, index) => ({
      number: index + 1,
      ratingWatts: rating,
    })),
  })
  const dccConfig: DccConfig = {
    ...common,
    actor: 'dcc',
    name: 'DCC',
    feeder: 'F1',
    data: `${dir}/dcc`,
    identity: `${dir}/smki-dcc`,
    chargingIdentity: `${dir}/charging-dcc`,
    trust,
    database: cluster.url('dcc'),
    listen: await place(),
    wan: await place(),
    peers: { supervisor: `https://127.0.0.1:${ledgerPort}` },
    budget,
    anomaly,
    alerts: [
      {
        organisation: users.supplier.peer.organisation,
        role: 'supplier',
        url: `https://127.0.0.1:${supplierPlace.port}/api/v1/dcc-alerts`,
      },
    ],
    futureDatedMost,
    revocationList,
    inventory: {
      hubs: [devices.hub.peer.eui],
      devices: [inventoryOf('meter'), inventoryOf('llcs')],
      awaited: awaitsMeter ? [devices.meter.peer.eui] : [],
    },
  }
  let dcc = await startDcc(dccConfig, depsOf(dccWall))
  const url = `https://127.0.0.1:${dcc.port}`
  const wanUrl = `wss://127.0.0.1:${dcc.wanPort}`
  const hubConfig = {
    ...common,
    actor: 'hub',
    name: 'hub',
    data: `${dir}/hub`,
    eui: devices.hub.peer.eui,
    identity: `${dir}/smki-hub`,
    trust: { smartMeter: trust.smartMeter },
    wan: wanUrl,
    listen: loopback,
    hanKey,
    meter: devices.meter.peer.eui,
    devices: [devices.meter.peer.eui, devices.llcs.peer.eui],
  }
  const hub = await startHub(hubConfig, depsOf())
  const startMeterHere = () =>
    startMeter(
      {
        ...common,
        actor: 'meter',
        name: 'meter',
        data: `${dir}/meter`,
        eui: devices.meter.peer.eui,
        identity: `${dir}/smki-meter`,
        hub: { host: '127.0.0.1', port: hub.port, hanKey },
        firmware: meterFirmware,
        trust: { smartMeter: trust.smartMeter },
        anchors: {
          broker: `${dir}/smki-dcc/chain.pem`,
          supplier: `${dir}/smki-supplier/chain.pem`,
        },
      },
      depsOf(),
    )
  const meter = { running: await startMeterHere() }
  const hanKeyBytes = fromHex(hanKey) ?? new Uint8Array()
  /** Whose arms the LLCS takes. */
  const signers = new Map<Eui64, PublicKey>([
    [ownerEui, owner.publicKey],
    [users.dsrsp.peer.organisation, users.dsrsp.peer.publicKey],
    [users.supplier.peer.organisation, users.supplier.peer.publicKey],
  ])
  const joinLlcs = (key = hanKeyBytes) =>
    testDevice(
      devices.llcs,
      { port: hub.port, key },
      { broker: dccIdentity.peer.publicKey, signer: (eui) => signers.get(eui) },
    )
  const llcs = await joinLlcs()
  const supplierConfig: SupplierConfig = {
    ...common,
    actor: 'supplier',
    name: 'Supplier',
    data: `${dir}/supplier`,
    identity: `${dir}/smki-supplier`,
    trust: { smartMeter: trust.smartMeter },
    listen: supplierPlace,
    dcc: url,
    dccCertificate: `${dir}/smki-dcc/chain.pem`,
    meters: [devices.meter.peer.eui],
    clocks: [],
    clockMinutes: 360,
    keptDays: 62,
  }
  let supplier = await startSupplier(supplierConfig, depsOf())

  const clients = new Map<Identity, ReturnType<typeof httpClient>>()
  const clientOf = (user: Identity) => {
    const options = { identity: user, trust: { roots: [smki.rootPem] }, activity: unobserved }
    const client = clients.get(user) ?? httpClient({ ...options, expectRole: 'dcc' })
    clients.set(user, client)
    return client
  }
  /** It does not ask any more. */
  const leave = async (user: Identity): Promise<void> => {
    const client = clients.get(user)
    clients.delete(user)
    await client?.close()
  }
  /** As it came: signed, and not read yet. */
  const send = async (user: Identity, xml: string): Promise<string> => {
    const type = 'application/xml'
    const { status, body } = await clientOf(user).request('POST', `${url}/duis`, xml, { type })
    if (typeof body !== 'string') throw new Error(`${status} ${JSON.stringify(body)}`)
    return body
  }
  const named = (read: Outcome<ServiceResponse, DuisProblem>) => {
    if (!read.ok) throw new Error(`${read.reason} ${read.detail ?? ''}`)
    return { ...read.value, name: responseNameOf(read.value.code) }
  }
  const { peer: company } = dccIdentity
  /** Whatever it is that is sent. */
  const post = async (user: Identity, xml: string) => {
    const signed = openSigned(await send(user, xml), company, crypto)
    return named(signed.ok ? parseResponse(signed.value.xml) : signed)
  }
  const sign = (user: Identity, xml: string) => signDocument(xml, documentSigner(user), crypto)
  const ask = async (user: Identity, request: ServiceRequest) => {
    const answer = await send(user, sign(user, buildRequest(request)))
    return named(openResponse(answer, request, company, crypto))
  }

  // The supplier counts in milliseconds of world time.
  let counter = BigInt(start) + 1_000_000n
  /** An arm of the owner (through the app vendor) or of a DSRSP, ready to be sent. */
  const armRequest = (
    service: '7.13' | '7.16',
    change: Partial<Extract<RequestBody, { kind: 'loadControl' }>> = {},
    by: Identity = users.dsrsp,
  ): ServiceRequest => ({
    originator: service === '7.13' ? ownerEui : by.peer.organisation,
    target: devices.llcs.peer.eui,
    counter: (counter += 1n),
    service,
    commandVariant: 4,
    body: {
      kind: 'loadControl',
      controller: 1,
      direction: 'import',
      levelPercent: 100,
      from: clock.now(),
      until: instant(clock.now() + 2 * 3_600_000),
      ...change,
    },
  })
  const signedBy = (request: ServiceRequest, payload: Uint8Array): ServiceRequest => ({
    ...request,
    commandVariant: 5,
    body: { kind: 'signedPreCommand', payload },
  })
  /** Both halves of a critical request, as an honest user makes them. */
  const arm = async (user: Identity, request: ServiceRequest, key: PrivateKey) => {
    const first = await ask(user, request)
    if (first.preCommand === undefined) return first
    return ask(user, signedBy(request, signPreCommand(first.preCommand, key, crypto)))
  }

  return {
    dir,
    revocationList,
    url,
    wanUrl,
    smki,
    dccIdentity,
    users,
    devices,
    identity,
    clock,
    dccWall,
    depsOf,
    hub,
    hubConfig,
    meter,
    startMeterHere,
    llcs,
    signers,
    joinLlcs,
    supplier: () => supplier,
    async restartSupplier(whileAway: () => Promise<void>) {
      await supplier.close()
      await whileAway()
      supplier = await startSupplier(supplierConfig, depsOf())
    },
    cluster,
    clientOf,
    leave,
    post,
    send,
    sign,
    ask,
    armRequest,
    signedBy,
    arm,
    nextCounter: () => (counter += 1n),
    ledger: () => ledger,
    dcc: () => dcc,
    async stopLedger() {
      await ledger.close()
    },
    async startLedger() {
      ledger = await testLedger(supervisorCharging, charging.rootPem, clock, ledgerPort)
    },
    async restartDcc() {
      await dcc.close()
      dcc = await startDcc(dccConfig, depsOf(dccWall))
    },
    async close() {
      await supplier.close()
      llcs.close()
      await meter.running.close()
      await hub.close()
      await Promise.all([...clients.values()].map((client) => client.close()))
      await dcc.close()
      await ledger.close()
      await cluster.close()
      rmSync(dir, { recursive: true, force: true })
      smki.close()
      charging.close()
    },
  }
}

export type Network = Awaited<ReturnType<typeof network>>
