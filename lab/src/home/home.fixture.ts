import { hanAnswers, hanMessages, vendorId, type FlattenedJws } from '@interlock/contract'
import { addMac, armDigest, encodePreCommand, signPreCommand } from '@interlock/gbcs'
import {
  checkConfig,
  identityOf,
  listenFrames,
  nodeCrypto as crypto,
  openOcppServer,
  saveIdentity,
  silentLog,
  systemClock,
  systemEntropy as entropy,
  temporaryDir,
  writeAtomic,
  type FrameSocket,
  type Identity,
} from '@interlock/host'
import {
  assert,
  eui64,
  inHours,
  inMinutes,
  instant,
  millis,
  plus,
  seeded,
  toBase64,
  toHex,
  toIso,
  unobserved,
  type Instant,
  type Role,
} from '@interlock/kernel'
import { LlcsConfig, startLlcs, type LlcsRunning } from '@interlock/llcs'
import { createEndpoint, type Action, type Endpoint } from '@interlock/ocpp'
import { createCa, createCsr, issue, newSerial, type Hierarchy } from '@interlock/pki'
import {
  countersign,
  effectWindow,
  ownerEui,
  ownerKeyMac,
  signCommand,
  verifyReply,
} from '@interlock/seal'
import { StationConfig, startStation, type StationRunning } from '@interlock/station'
import { expect, onTestFinished } from 'vitest'
import { createWorldClock } from '../worlds/world-clock.ts'

/** One home: the real charger and the real LLCS on the real link, in stepped world time. */
export const night = instant(Date.UTC(2026, 0, 5, 23))
const dir = temporaryDir('interlock-home')
const now = systemClock.now()

const authority = (hierarchy: Hierarchy) => {
  const key = () => crypto.generateKey().key
  const base = { now, entropy, crypto }
  const root = createCa(`${hierarchy}Root`, { ...base, commonName: 'root', key: key() })
  const issuing = createCa(`${hierarchy}Issuing`, {
    ...base,
    commonName: 'issuing',
    key: key(),
    parent: root,
  })
  writeAtomic(`${dir}/${hierarchy}.pem`, root.certificatePem, 0o644)
  return { root, issuing }
}
const authorities = { charging: authority('charging'), smartMeter: authority('smartMeter') }

function party(hierarchy: Hierarchy, role: Role, number: number): Identity {
  const eui = eui64(`02-00-00-00-00-00-00-0${number}`)
  const commonName = `${role}-${number}`
  const subject = { commonName, role, eui, organisation: eui }
  const { key, pem } = crypto.generateKey()
  const { issuing } = authorities[hierarchy]
  const device = role === 'station' || role === 'llcs'
  const issued = issue({
    profile: `${hierarchy}${device ? 'Device' : 'Organisation'}`,
    csrPem: createCsr(key, subject, crypto),
    subject,
    ca: issuing,
    serial: newSerial(entropy),
    now,
    crypto,
  })
  assert(issued.ok, JSON.stringify(issued))
  const chain = issued.value + issuing.certificatePem
  saveIdentity(folderOf(hierarchy, role), pem, chain)
  return identityOf(pem, chain, commonName)
}
const folderOf = (hierarchy: Hierarchy, role: Role): string => `${dir}/${hierarchy}-${role}`
const chainOf = (hierarchy: Hierarchy, role: Role): string =>
  `${folderOf(hierarchy, role)}/chain.pem`

export const csms = party('charging', 'csms', 1)
const supervisor = party('charging', 'supervisor', 2)
export const dsrsp = party('charging', 'dsrsp', 3)
const charger = party('charging', 'station', 4)
const dsrspMeter = party('smartMeter', 'dsrsp', 3)
const dcc = party('smartMeter', 'dcc', 5)
const supervisingDevice = party('smartMeter', 'llcs', 6)
const owner = crypto.generateKey().key
const hanKey = new Uint8Array(32).fill(1)
const installCode = 'install code of this home'
const loopback = '127.0.0.1'

type Home = {
  readonly world: ReturnType<typeof createWorldClock>
  readonly station: StationRunning
  readonly llcs: LlcsRunning
  readonly alerts: number[]
  readonly step: (byMillis: number) => Promise<void>
  readonly command: (
    action: Action,
    payload: unknown,
    by: Identity,
    armed?: string,
  ) => Promise<unknown>
  readonly deliver: (arm: Uint8Array) => Promise<void>
  readonly enrolOwner: () => Promise<void>
}

export async function home(): Promise<Home> {
  const world = createWorldClock(night)
  const depsOf = (name: string) => ({
    clock: world.clockFor(name),
    wall: systemClock,
    activity: world.activity,
    entropy: seeded(name),
    crypto,
    log: silentLog,
  })
  const hub = await startHub()
  const server = await startCsms(world)
  const common = { region: 'GB-EAST', name: 'Home' }
  const llcs = await startLlcs(
    checkConfig(
      'llcs',
      {
        ...common,
        actor: 'llcs-1',
        data: temporaryDir('interlock-home-llcs'),
        eui: supervisingDevice.peer.eui,
        identity: folderOf('smartMeter', 'llcs'),
        hub: { port: hub.port, hanKey: toHex(hanKey) },
        anchors: { broker: chainOf('smartMeter', 'dcc'), dsrsp: chainOf('smartMeter', 'dsrsp') },
        station: charger.peer.eui,
        installCode,
        listen: { port: 0 },
        evses: [1],
      },
      LlcsConfig,
    ),
    depsOf('llcs-1'),
  )
  const url = `wss://${loopback}:${server.port}/ocpp`
  const station = await startStation(
    checkConfig(
      'station',
      {
        ...common,
        actor: 'station-1',
        data: temporaryDir('interlock-home-station'),
        stationId: charger.peer.commonName,
        eui: charger.peer.eui,
        organisation: csms.peer.organisation,
        evses: [{ id: 1, ratingWatts: 7_400 }],
        fuseWatts: 9_200,
        siteWatts: 14_000,
        csms: { profile2Url: url, profile3Url: url },
        identity: folderOf('charging', 'station'),
        trust: { charging: `${dir}/charging.pem`, smartMeter: `${dir}/smartMeter.pem` },
        cells: [
          { role: 'csms', certificate: chainOf('charging', 'csms') },
          { role: 'supervisor', certificate: chainOf('charging', 'supervisor') },
          { role: 'dsrsp', certificate: chainOf('charging', 'dsrsp') },
          { role: 'dsrsp', certificate: chainOf('smartMeter', 'dsrsp') },
        ],
        llcs: { eui: supervisingDevice.peer.eui, host: loopback, port: llcs.port, installCode },
      },
      StationConfig,
    ),
    depsOf('station-1'),
  )
  onTestFinished(async () => {
    await station.close()
    await llcs.close()
    await Promise.all([hub.close(), server.close()])
  })
  await world.quiet()
  return {
    world,
    station,
    llcs,
    alerts: hub.alerts,
    step: (byMillis) => world.run(plus(world.now(), millis(byMillis)), 'stepped'),
    command: (action, payload, by, armed) => server.command(action, payload, by, armed),
    deliver: (arm) => hub.deliver(arm),
    async enrolOwner() {
      const { spki } = owner.publicKey
      const code = station.hardware.press('pair') ?? ''
      const mac = ownerKeyMac(code, charger.peer.eui, spki, crypto)
      const answer = await server.bring({ spki: toBase64(spki), mac: toBase64(mac) })
      expect(answer.status).toBe('Accepted')
      await world.quiet()
    },
  }
}

/** A communications hub with the data company behind it. */
async function startHub() {
  let device: FrameSocket | undefined
  const alerts: number[] = []
  const listening = await listenFrames({
    listen: { host: loopback, port: 0 },
    activity: unobserved,
    log: silentLog,
    accept(socket) {
      socket.onRequest((bytes) => {
        if (bytes[0] === hanMessages.challenge) return new Uint8Array(16)
        if (bytes[0] === hanMessages.join) device = socket
        else alerts.push(bytes.length)
        return Uint8Array.of(hanAnswers.done)
      })
    },
  })
  return {
    port: listening.port,
    alerts,
    async deliver(arm: Uint8Array) {
      const keys = { own: dcc.key, peer: supervisingDevice.peer.publicKey }
      const answer = await device?.request(addMac(arm, 'signed', keys, crypto))
      expect(answer?.length).toBeGreaterThan(0)
    },
    close: () => listening.close(),
  }
}

async function startCsms(world: Home['world']) {
  let endpoint: Endpoint | undefined
  let counter = 0n
  const clock = world.clockFor('csms')
  const currentTime = () => toIso(clock.now())
  const server = await openOcppServer({
    listen: { host: loopback, port: 0 },
    identity: csms,
    trust: { roots: [authorities.charging.root.certificatePem] },
    securityProfile: 3,
    activity: world.activity,
    log: silentLog,
    subprotocols: ['ocpp2.0.1'],
    admit: () => Promise.resolve({ ok: true }),
    accept(transport) {
      endpoint = createEndpoint({
        transport,
        wall: systemClock,
        activity: world.activity,
        handlers: {
          BootNotification: () => ({
            currentTime: currentTime(),
            interval: 300,
            status: 'Accepted',
          }),
          Heartbeat: () => ({ currentTime: currentTime() }),
          StatusNotification: () => ({}),
          SecurityEventNotification: () => ({}),
          TransactionEvent: () => ({}),
          MeterValues: () => ({}),
          DataTransfer: () => ({ status: 'Accepted' }),
        },
      })
    },
  })
  const connected = (): Endpoint => {
    assert(endpoint !== undefined, 'the charger is connected')
    return endpoint
  }
  return {
    port: server.port,
    close: () => server.close(),

    /** Signed by `by`, and countersigned unless it is armed. */
    async command(action: Action, payload: unknown, by: Identity, armed?: string) {
      counter += 1n
      const at = clock.now()
      const arm = armed === undefined ? {} : { armDigest: armed }
      const command = signCommand(
        {
          action,
          payload,
          role: by.peer.role,
          org: by.peer.organisation,
          thumbprint: by.peer.thumbprint,
          target: { station: charger.peer.eui, evse: 1 },
          counter,
          issuedAt: at,
          expiresAt: plus(at, inMinutes(5)),
          effect: effectWindow(at),
          ...arm,
        },
        by.key,
        crypto,
      )
      const jws = armed === undefined ? seconded(command, at) : command
      const reply = await connected().callSigned(action, jws)
      const verified = verifyReply(reply, jws, charger.peer, crypto)
      assert(verified.ok, 'the reply is signed')
      return verified.value
    },
    bring: (data: object) =>
      connected().call('DataTransfer', { vendorId, messageId: 'OwnerKey', data }),
  }
}

const seconded = (jws: FlattenedJws, at: Instant): FlattenedJws =>
  countersign(
    jws,
    {
      org: supervisor.peer.organisation,
      thumbprint: supervisor.peer.thumbprint,
      reservation: 'reservation-1',
      expiresAt: plus(at, inMinutes(5)),
    },
    supervisor.key,
    crypto,
  )

let armCounter = 0n
export function armFor(at: Instant, use: 'ECS47a' | 'ECS47e', hours: number) {
  armCounter += 1n
  const byOwner = use === 'ECS47a'
  const preCommand = encodePreCommand({
    useCase: use,
    originator: byOwner ? ownerEui(owner.publicKey.spki, crypto) : dsrspMeter.peer.organisation,
    target: supervisingDevice.peer.eui,
    counter: armCounter,
    controller: 1,
    direction: 'import',
    levelPercent: 100,
    from: at,
    until: plus(at, inHours(hours)),
  })
  const bytes = signPreCommand(preCommand, byOwner ? owner : dsrspMeter.key, crypto)
  return { bytes, digest: armDigest(bytes, crypto) }
}
