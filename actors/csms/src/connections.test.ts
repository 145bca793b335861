import { readFileSync } from 'node:fs'
import { serverRefusalRow } from '@interlock/contract'
import {
  UpgradeRefused,
  connectOcpp,
  nodeCrypto,
  silentLog,
  systemClock,
  type Identity,
} from '@interlock/host'
import { instant, toHex, utf8 } from '@interlock/kernel'
import { CallFailed, type Endpoint } from '@interlock/ocpp'
import { createCsr } from '@interlock/pki'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { testClock } from '@interlock/kernel/clock.fixture'
import { organisation, stationSubject } from '@interlock/host/identities.fixture'
import { started, testStation, type TestStation } from './fixture/station.fixture.ts'
import { csmsWorld, type CsmsWorld } from './fixture/world.fixture.ts'
import type { CsmsRunning } from './start.ts'

let world: CsmsWorld
let csms: CsmsRunning
const open: TestStation[] = []

beforeAll(async () => {
  world = await csmsWorld('connections')
  csms = await world.start(world.clock())
})
afterEach(async () => {
  for (const station of open.splice(0)) {
    station.endpoint.close()
    await station.endpoint.closed
  }
})
afterAll(async () => {
  await csms.close()
  await world.close()
})

const connect = async (id: string, as = id): Promise<TestStation> => {
  const station = await testStation(world.identities, {
    port: csms.ocppPorts.profile3,
    id,
    identity: world.identityOf(as),
  })
  open.push(station)
  return station
}
const firstContact = async (id: string, password: string): Promise<TestStation> => {
  const station = await testStation(world.identities, {
    port: csms.ocppPorts.profile2,
    id,
    basic: { user: id, password },
  })
  open.push(station)
  return station
}
const statusOf = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => 'connected',
    (cause: unknown) => (cause instanceof UpgradeRefused ? cause.status : cause),
  )
const codeOf = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => 'answered',
    (cause: unknown) => (cause instanceof CallFailed ? cause.code : cause),
  )
const boot = (endpoint: Endpoint, said: { readonly serialNumber?: string } = {}) =>
  endpoint.call('BootNotification', {
    reason: 'PowerUp',
    chargingStation: { vendorName: 'Test', model: 'One', ...said },
  })

test('a station with a certificate of our CA boots and transacts', async () => {
  const { endpoint } = await connect('CS-1')
  expect(await boot(endpoint)).toMatchObject({
    status: 'Accepted',
    currentTime: '2026-01-05T18:00:00.000Z',
  })
  await endpoint.call('StatusNotification', {
    timestamp: '2026-01-05T18:00:00Z',
    connectorStatus: 'Occupied',
    evseId: 1,
    connectorId: 1,
  })
  const idToken = { idToken: 'DRIVER-1', type: 'Central' } as const
  const answer = await endpoint.call('TransactionEvent', {
    ...started({ now: () => systemClock.now() }, 'boots-1', 100),
    idToken,
  })
  expect(answer.idTokenInfo?.status).toBe('Accepted')
  const stranger = { idToken: { idToken: 'STRANGER', type: 'Central' } } as const
  expect(await endpoint.call('Authorize', stranger)).toEqual({
    idTokenInfo: { status: 'Unknown' },
  })
  expect(csms.sessions.size).toBe(1)
})

test.each(['CS-2', 'cs-1', ' CS-1', ''])(
  'B01.FR.11, B01.FR.12: a boot under serial number "%s" of a certificate of CS-1 ends its connection',
  async (serialNumber) => {
    const { endpoint, socket } = await connect('CS-1')
    const closed = new Promise((resolve) => socket.onClose(resolve))
    const before = recorded('BootOfAnother').length
    expect(await boot(endpoint, { serialNumber })).toMatchObject({
      status: 'Rejected',
      statusInfo: { reasonCode: 'SerialNumber' },
    })
    // Whatever was sent behind it, before the connection ended, came to nothing.
    const event = started({ now: () => systemClock.now() }, 'of-another', 1)
    expect(['SecurityError', 'Closed']).toContain(
      await codeOf(endpoint.call('TransactionEvent', event)),
    )
    expect(await closed).toBe(1008)
    expect(recorded('BootOfAnother').slice(before)).toEqual([{ station: 'CS-1', serialNumber }])
  },
)

test('B01.FR.11: a boot under the serial number of its certificate is accepted', async () => {
  const before = recorded('BootOfAnother').length
  const { endpoint } = await connect('CS-1')
  expect(await boot(endpoint, { serialNumber: 'CS-1' })).toMatchObject({ status: 'Accepted' })
  expect(await codeOf(endpoint.call('Heartbeat', {}))).toBe('answered')
  expect(recorded('BootOfAnother')).toHaveLength(before)
})

test('without a certificate, with another station’s, or unknown, it is refused before the upgrade', async () => {
  const bare = connectOcpp({
    url: `wss://127.0.0.1:${csms.ocppPorts.profile3}/ocpp/CS-1`,
    trust: world.identities.trust('charging'),
    subprotocols: ['ocpp2.0.1'],
    log: silentLog,
  })
  expect(await statusOf(bare)).toBe(401)
  expect(await statusOf(connect('CS-1', 'CS-2'))).toBe(403)
  expect(await statusOf(connect('CS-9'))).toBe(404)
})

test('a server’s certificate does not pass for a station’s', async () => {
  const impostor = testStation(world.identities, {
    port: csms.ocppPorts.profile3,
    id: 'CS-1',
    identity: world.csms,
  })
  expect(await statusOf(impostor)).toBe(403)
})

/** What is on the record of one kind, newest last. */
const recorded = (kind: string) =>
  readFileSync(`${world.dir}/csms/audit.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; data: Record<string, unknown> })
    .filter((each) => each.kind === kind)
    .map(({ data }) => data)
const refusals = () => recorded('ConnectionRefused')
const at = (id: string, identity?: Identity) =>
  connectOcpp({
    url: `wss://127.0.0.1:${csms.ocppPorts.profile3}/ocpp/${id}`,
    ...(identity === undefined ? {} : { identity }),
    trust: world.identities.trust('charging'),
    subprotocols: ['ocpp2.0.1'],
    log: silentLog,
  })

const smartMeter = () =>
  world.identities.identity('smartMeter', organisation('meter-csms', 'csms', 0x77))
/** Eleven years old, of ten that it was good for. */
const expired = () =>
  world.identities.identity(
    'charging',
    stationSubject('CS-1', 1),
    instant(systemClock.now() - 4_015 * 86_400_000),
  )

test.each([
  ['no certificate', 'CS-1', (): undefined => undefined, 'CertificateMissing'],
  ['a smart-meter certificate', 'CS-1', () => smartMeter(), 'CertificateUntrusted'],
  ['a certificate that has expired', 'CS-1', () => expired(), 'CertificateExpired'],
  ['the certificate of a CSMS', 'CS-1', () => world.csms, 'NotPermitted'],
  [
    'the certificate of another station',
    'CS-1',
    () => world.identityOf('CS-2'),
    'IdentityMismatch',
  ],
  ['a name nobody knows', 'CS-99', () => world.identityOf('CS-1'), 'UnknownIdentity'],
] as const)(
  '%s is refused with its own reason and remedy, which are on the record (A00.FR.403, A00.FR.408)',
  async (_title, id, identity, reason) => {
    const { words, remedy = '' } = serverRefusalRow(reason)
    const before = refusals().length
    const refused = at(id, identity())
    await expect(refused).rejects.toThrow(`${reason}; ${words}`)
    await expect(refused).rejects.toThrow(remedy)
    expect(refusals().slice(before)).toEqual([expect.objectContaining({ id, profile: 3, reason })])
  },
)

test('whoever offers a password is told the same, whatever is wrong with it (A00.FR.324)', async () => {
  world.supervisor.passwords.set('CS-3', toHex(nodeCrypto.sha256(utf8('of CS-3'))))
  const before = refusals().length
  const said = (basic?: { user: string; password: string }): Promise<string> =>
    connectOcpp({
      url: `wss://127.0.0.1:${csms.ocppPorts.profile2}/ocpp/CS-3`,
      ...(basic === undefined ? {} : { basic }),
      trust: world.identities.trust('charging'),
      subprotocols: ['ocpp2.0.1'],
      log: silentLog,
    }).then(
      () => 'connected',
      (cause: Error) => cause.message,
    )
  const answers = [
    await said({ user: 'CS-3', password: 'guessed' }),
    await said({ user: 'CS-2', password: 'of CS-3' }),
    await said(),
  ]
  expect(new Set(answers).size).toBe(1)
  expect(answers[0]).toContain('NotAuthenticated')
  expect(answers[0]).not.toMatch(/wrong|guessed|CS-/)
  const recorded = refusals().slice(before)
  expect(recorded.map(({ detail }) => detail)).toEqual([
    'the password is wrong',
    'a password is needed',
    'a password is needed',
  ])
  expect(JSON.stringify(recorded)).not.toContain('guessed')
})

test('a second connection with a live identity leaves the first its session', async () => {
  const first = await connect('CS-2')
  expect(await statusOf(connect('CS-2'))).toBe(429)
  expect(await boot(first.endpoint)).toMatchObject({ status: 'Accepted' })
})

test('a malformed frame is answered as such and the connection stays', async () => {
  const { socket, endpoint } = await connect('CS-1')
  socket.send('not JSON')
  socket.send('[2,"m1","NoSuchAction",{}]')
  expect(await codeOf(endpoint.call('Heartbeat', {}))).toBe('answered')
  expect(await codeOf(endpoint.call('CostUpdated', { totalCost: 1, transactionId: 'x' }))).toBe(
    'NotSupported',
  )
})

test('an oversized frame closes its connection and nobody else’s', async () => {
  const large = await connect('CS-1')
  const other = await connect('CS-3')
  const closed = new Promise((resolve) => large.socket.onClose(resolve))
  large.socket.send(`[2,"m2","DataTransfer",{"vendorId":"x","data":"${'a'.repeat(300_000)}"}]`)
  expect(await closed).toBe(1009)
  expect(await codeOf(other.endpoint.call('Heartbeat', {}))).toBe('answered')
})

test('first contact needs the one-time password and is for the first certificate only', async () => {
  const sha256 = toHex(nodeCrypto.sha256(utf8('the right password')))
  world.supervisor.passwords.set('CS-4', sha256)
  expect(await statusOf(firstContact('CS-4', 'a wrong password'))).toBe(401)
  const { endpoint } = await firstContact('CS-4', 'the right password')
  const chain = new Promise<string>((resolve) =>
    endpoint.handle('CertificateSigned', (request) => {
      resolve(request.certificateChain)
      return { status: 'Accepted' }
    }),
  )
  expect(await boot(endpoint)).toMatchObject({ status: 'Accepted' })
  const event = started({ now: () => systemClock.now() }, 'too-early', 1)
  expect(await codeOf(endpoint.call('TransactionEvent', event))).toBe('SecurityError')
  const csr = createCsr(nodeCrypto.generateKey().key, stationSubject('CS-4', 4), nodeCrypto)
  expect(await endpoint.call('SignCertificate', { csr })).toEqual({ status: 'Accepted' })
  expect(await chain).toContain('BEGIN CERTIFICATE')
})

test('once a station has come with its certificate its password opens nothing', async () => {
  await connect('CS-4')
  await expect.poll(() => statusOf(firstContact('CS-4', 'the right password'))).toBe(403)
})

test('a revoked certificate is refused, and an open connection of it ends', async () => {
  const own = world.identityOf('CS-1')
  const wall = testClock(systemClock.now())
  const other = await world.start(world.clock(), { data: `${world.dir}/revoking` }, wall)
  const again = () =>
    testStation(world.identities, {
      port: other.ocppPorts.profile3,
      id: 'CS-1',
      identity: own,
    })
  const station = await again()
  let closed: number | undefined
  station.socket.onClose((code) => (closed = code))
  world.supervisor.crl = world.identities.crl([own.peer.serialHex], 2)
  const aMinuteLater = async () => {
    await wall.advance(60_000)
    return closed
  }
  await expect.poll(aMinuteLater).toBe(1008)
  await expect(again()).rejects.toThrow('CertificateRevoked')
  const trail = readFileSync(`${world.dir}/revoking/audit.jsonl`, 'utf8')
  expect(trail).toMatch(
    /ConnectionRefused.*CertificateRevoked|CertificateRevoked.*ConnectionRefused/,
  )
  await other.close()
})

test('the revocation list goes to a station when it boots, and to all when there is a new one', async () => {
  const wall = testClock(systemClock.now())
  const lists: string[] = []
  const other = await world.start(world.clock(), { data: `${world.dir}/relaying` }, wall)
  const { endpoint } = await testStation(world.identities, {
    port: other.ocppPorts.profile3,
    id: 'CS-2',
    identity: world.identityOf('CS-2'),
  })
  endpoint.handle('DataTransfer', ({ messageId, data }) => {
    if (messageId === 'RevocationList') lists.push(String(data))
    return { status: 'Accepted' }
  })
  await boot(endpoint)
  await wall.advance(1)
  await expect.poll(() => lists[0]).toContain('BEGIN X509 CRL')
  expect(lists[0]).toContain('BEGIN CERTIFICATE')
  world.supervisor.crl = world.identities.crl(['5151'], 3)
  const aMinuteLater = async () => {
    await wall.advance(60_000)
    return lists.at(-1)
  }
  // One whose receipt came late is told again.
  await expect.poll(aMinuteLater).toContain(world.supervisor.crl)
  endpoint.close()
  await other.close()
})
