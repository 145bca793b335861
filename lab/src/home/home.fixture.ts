import { randomUUID } from 'node:crypto'
import {
  hanRevocationList,
  parseWan,
  vendorId,
  wanBytes,
  wanFrame,
  wanPath,
  wanSubprotocol,
  type FlattenedJws,
} from '@interlock/contract'
import { addMac, armDigest, encodePreCommand, signPreCommand } from '@interlock/gbcs'
import {
  checkConfig,
  joinHan,
  nodeCrypto as crypto,
  openOcppServer,
  silentLog,
  systemClock,
  temporaryDir,
  type Identity,
  type OcppSocket,
} from '@interlock/host'
import { HubConfig, startHub } from '@interlock/hub'
import {
  assert,
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
} from '@interlock/kernel'
import { LlcsConfig, startLlcs, type LlcsRunning } from '@interlock/llcs'
import { createEndpoint, type Action, type Endpoint, type Request } from '@interlock/ocpp'
import {
  countersign,
  effectWindow,
  ownerEui,
  ownerKeyMac,
  signCommand,
  verifyReply,
} from '@interlock/seal'
import { StationConfig, startStation, type StationRunning } from '@interlock/station'
import { expect, onTestFinished, vi } from 'vitest'
import { createWorldClock } from '../worlds/world-clock.ts'
import {
  authorities,
  chainOf,
  charger,
  csms,
  dcc,
  dir,
  dsrspMeter,
  folderOf,
  listOf,
  meter,
  relay,
  supervisingDevice,
  supervisor,
} from './parties.ts'

/** One home: the real charger and the real LLCS on the real link, in stepped world time. */
export const night = instant(Date.UTC(2026, 0, 5, 23))
const owner = crypto.generateKey().key
const hanKey = new Uint8Array(32).fill(1)
const installCode = 'install code of this home'
const loopback = '127.0.0.1'
const payer = { meter, supplier: chainOf('smartMeter', 'supplier') }

export type Home = {
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
  /** The device's answer; empty when it discarded the arm. */
  readonly deliver: (arm: Uint8Array) => Promise<Uint8Array>
  /** Over the smart-meter network; the CSMS has no part in it. */
  readonly bringList: (text: string) => Promise<Uint8Array>
  /** As the meter sends it over the home network; true when the hub passed it on. */
  readonly tellTariff: (signed: Uint8Array) => Promise<boolean>
  readonly enrolOwner: () => Promise<void>
  /** The CSMS brings what others have signed; why it is refused, if it is. */
  readonly bring: (request: Request<'DataTransfer'>) => Promise<string | undefined>
}

export type HomeOptions = {
  readonly lists?: false
  /** The ends of a serial cable in place of TCP. */
  readonly serial?: { readonly llcs: string; readonly station: string }
}

export async function home(options: HomeOptions = {}): Promise<Home> {
  const { serial } = options
  const world = createWorldClock(night)
  const depsOf = (name: string) => ({
    clock: world.clockFor(name),
    wall: systemClock,
    activity: world.activity,
    entropy: seeded(name),
    crypto,
    log: silentLog,
  })
  const company = await startDataCompany()
  const common = { region: 'GB-EAST', name: 'Home' }
  const hub = await startHub(
    checkConfig(
      'hub',
      {
        ...common,
        actor: 'hub-1',
        data: temporaryDir('interlock-home-hub'),
        eui: relay.peer.eui,
        identity: folderOf('smartMeter', 'hub'),
        trust: { smartMeter: `${dir}/smartMeter.pem` },
        wan: `wss://${loopback}:${company.port}`,
        listen: { port: 0 },
        hanKey: toHex(hanKey),
        meter,
        devices: [supervisingDevice.peer.eui, meter],
      },
      HubConfig,
    ),
    { ...depsOf('hub-1'), activity: unobserved },
  )
  const server = await startCsms(world)
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
        trust: { smartMeter: `${dir}/smartMeter.pem`, charging: `${dir}/charging.pem` },
        tariff: payer,
        station: charger.peer.eui,
        installCode,
        ...(serial === undefined ? { listen: { port: 0 } } : { serial: { device: serial.llcs } }),
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
        llcs: {
          eui: supervisingDevice.peer.eui,
          ...(serial === undefined
            ? { host: loopback, port: llcs.port }
            : { serial: { device: serial.station } }),
          installCode,
          tariff: payer,
        },
      },
      StationConfig,
    ),
    depsOf('station-1'),
  )
  onTestFinished(async () => {
    await station.close()
    await llcs.close()
    await hub.close()
    await Promise.all([company.close(), server.close()])
  })
  await vi.waitUntil(() => hub.connected() && llcs.connected().hub, 30_000)
  if (options.lists !== false)
    for (const hierarchy of ['charging', 'smartMeter'] as const)
      await company.send(hanRevocationList(listOf(hierarchy, 1)))
  await world.quiet()
  return {
    world,
    station,
    llcs,
    alerts: company.alerts,
    step: (byMillis) => world.run(plus(world.now(), millis(byMillis)), 'stepped'),
    command: (action, payload, by, armed) => server.command(action, payload, by, armed),
    deliver: (arm) => company.deliver(arm),
    async tellTariff(signed) {
      const connection = await joinHan({
        host: loopback,
        port: hub.port,
        eui: meter,
        key: hanKey,
        onCommand: () => undefined,
        activity: unobserved,
        log: silentLog,
      })
      const taken = await connection.tariff(signed)
      connection.close()
      await connection.closed
      return taken
    },
    bringList: (text) => company.send(hanRevocationList(text)),
    async enrolOwner() {
      const { spki } = owner.publicKey
      const code = station.hardware.press('pair') ?? ''
      const mac = ownerKeyMac(code, charger.peer.eui, spki, crypto)
      const data = { spki: toBase64(spki), mac: toBase64(mac) }
      const answer = await server.bring({ vendorId, messageId: 'OwnerKey', data })
      expect(answer.status).toBe('Accepted')
      await world.quiet()
    },
    async bring(request) {
      const answer = await server.bring(request)
      await world.quiet()
      return answer.statusInfo?.reasonCode
    },
  }
}

/** The data company: the hub's line to it, and the MAC that every command carries. */
async function startDataCompany() {
  let line: OcppSocket | undefined
  const alerts: number[] = []
  const waiting = new Map<string, (answer: Uint8Array) => void>()
  const server = await openOcppServer({
    listen: { host: loopback, port: 0 },
    identity: dcc,
    trust: { roots: [authorities.smartMeter.root.certificatePem] },
    securityProfile: 3,
    activity: unobserved,
    log: silentLog,
    path: wanPath,
    subprotocols: [wanSubprotocol],
    admit: () => Promise.resolve({ ok: true }),
    accept(socket) {
      line = socket
      socket.onMessage((text) => {
        const message = parseWan(text)
        assert(message !== undefined, 'the hub speaks as agreed')
        if ('alert' in message) {
          alerts.push(message.alert.length)
          socket.send(JSON.stringify({ id: message.id, taken: true }))
        } else if ('answer' in message)
          waiting.get(message.id)?.(wanBytes(message.answer) ?? new Uint8Array())
      })
    },
  })
  const send = (frame: Uint8Array): Promise<Uint8Array> =>
    new Promise((resolve) => {
      const id = randomUUID()
      waiting.set(id, resolve)
      line?.send(wanFrame(id, supervisingDevice.peer.eui, frame))
    })
  return {
    port: server.port,
    alerts,
    send,
    async deliver(arm: Uint8Array) {
      const keys = { own: dcc.key, peer: supervisingDevice.peer.publicKey }
      return send(addMac(arm, 'signed', keys, crypto))
    },
    close: () => server.close(),
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
          ...(armed === undefined ? {} : { armDigest: armed }),
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
    bring: (request: Request<'DataTransfer'>) => connected().call('DataTransfer', request),
  }
}

const seconded = (jws: FlattenedJws, at: Instant): FlattenedJws =>
  countersign(
    jws,
    {
      org: supervisor.peer.organisation,
      thumbprint: supervisor.peer.thumbprint,
      reservation: 'reservation-1',
      hours: [0],
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
