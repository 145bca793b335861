import { limits } from '@interlock/contract'
import { refused, unobserved } from '@interlock/kernel'
import { connectionLimits, createEndpoint, type Endpoint } from '@interlock/ocpp'
import { afterEach, expect, test } from 'vitest'
import { WebSocket, type ClientOptions } from 'ws'
import { createHierarchy, recordedActivity } from './hierarchy.fixture.ts'
import { silentLog } from './log.ts'
import type { AdmissionRequest } from './ocpp-admission.ts'
import { connectOcpp, type OcppClientOptions } from './ocpp-client.ts'
import { openOcppServer, type OcppServerOptions } from './ocpp-server.ts'
import type { OcppSocket } from './ocpp-socket.ts'
import { systemClock } from './system-clock.ts'
import { clientTls } from './tls.ts'

const ours = createHierarchy()
const theirs = createHierarchy()
const station = ours.certify('station', 'station-1')
const revoked = new Set<string>()
const trust = { roots: ours.roots, revoked: (serial: string) => revoked.has(serial) }
const subprotocols = ['ocpp2.0.1']
const csms = ours.certify('csms')
const beat = { currentTime: '2026-01-05T18:00:00Z' }

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  revoked.clear()
  for (const close of closers.splice(0)) await close()
})

/** A CSMS that admits a station under its own name only, and answers heartbeats. */
async function csmsServer(options: Partial<OcppServerOptions> = {}) {
  const accepted: OcppSocket[] = []
  const endpoints: Endpoint[] = []
  const asked: AdmissionRequest[] = []
  const server = await openOcppServer({
    listen: { host: '127.0.0.1', port: 0 },
    identity: csms,
    trust,
    securityProfile: 3,
    activity: unobserved,
    log: silentLog,
    subprotocols,
    admit: (request) => {
      asked.push(request)
      const known = request.peer?.commonName === request.id
      return Promise.resolve(known ? { ok: true } : refused('IdentityMismatch'))
    },
    accept: (transport) => {
      accepted.push(transport)
      const handlers = { Heartbeat: () => beat }
      const activity = options.activity ?? unobserved
      endpoints.push(createEndpoint({ transport, handlers, wall: systemClock, activity }))
    },
    ...options,
  })
  closers.push(() => server.close())
  const url = (id: string): string => `wss://127.0.0.1:${server.port}/ocpp/${id}`
  const common = { trust, subprotocols, log: silentLog }
  const connect = (id = 'station-1', client: Partial<OcppClientOptions> = {}) =>
    connectOcpp({ url: url(id), identity: station, ...common, ...client })
  const connectBare = (client: Partial<OcppClientOptions> = {}) =>
    connectOcpp({ url: url('station-1'), ...common, ...client })
  return { server, url, connect, connectBare, accepted, endpoints, asked }
}

/** A client that keeps no rule. */
const { checkServerIdentity: _, ...rawTls } = clientTls(station, trust)
const rawClient = (url: string, options: ClientOptions = {}, protocols = subprotocols) => {
  const webSocket = new WebSocket(url, protocols, { ...rawTls, ...options })
  const closed = new Promise<number>((resolve) => webSocket.once('close', resolve))
  webSocket.on('error', () => {})
  const opened = new Promise<void>((resolve) => webSocket.once('open', () => resolve()))
  return { webSocket, opened, closed }
}

const stationOn = (transport: OcppSocket, activity = unobserved): Endpoint =>
  createEndpoint({ transport, handlers: {}, wall: systemClock, activity })
const closing = (socket: OcppSocket): Promise<number> =>
  new Promise((resolve) => socket.onClose(resolve))
const refusedWith = (status: number, reason: string) =>
  expect.objectContaining({
    code: 'UpgradeRefused',
    status,
    message: expect.stringContaining(reason) as string,
  }) as Error

test('a station with its certificate calls, and is called', async () => {
  const { connect, accepted, endpoints } = await csmsServer()
  const endpoint = stationOn(await connect())
  endpoint.handle('ClearCache', () => ({ status: 'Accepted' }))
  expect(await endpoint.call('Heartbeat', {})).toEqual(beat)
  expect(await endpoints[0]?.call('ClearCache', {})).toEqual({ status: 'Accepted' })
  expect(accepted[0]).toMatchObject({ id: 'station-1', peer: { role: 'station' } })
})

test('the client knows who the server is', async () => {
  const { connect } = await csmsServer()
  expect((await connect()).peer).toMatchObject({ role: 'csms' })
  const wrongRole = connect('station-1', { expectRole: 'dsrsp' })
  await expect(wrongRole).rejects.toMatchObject({ code: 'PeerUntrusted' })
  const otherRoot = connect('station-1', { trust: { roots: theirs.roots } })
  await expect(otherRoot).rejects.toMatchObject({ code: 'PeerUntrusted' })
})

test('the client says what the server gave as reason and remedy', async () => {
  const { connectBare, accepted } = await csmsServer()
  await expect(connectBare()).rejects.toEqual(refusedWith(401, 'CertificateMissing'))
  await expect(connectBare()).rejects.toEqual(refusedWith(401, 'the client certificate that was'))
  expect(accepted).toEqual([])
})

test('a path that cannot be decoded is refused before the upgrade', async () => {
  const { url } = await csmsServer()
  const { webSocket } = rawClient(url('%E0%A4'))
  const status = await new Promise((resolve) =>
    webSocket.once('unexpected-response', (_request, response) => resolve(response.statusCode)),
  )
  expect(status).toBe(404)
  webSocket.terminate()
})

test('an identity the CSMS does not know gets the status of the CSMS', async () => {
  const admit = () => Promise.resolve(refused('DeviceUnknown'))
  const { connect } = await csmsServer({ admit })
  await expect(connect()).rejects.toEqual(refusedWith(404, 'DeviceUnknown'))
})

test('an admission that breaks refuses', async () => {
  const { connect, accepted } = await csmsServer({ admit: () => Promise.reject(new Error('db')) })
  await expect(connect()).rejects.toEqual(refusedWith(503, 'Unavailable'))
  expect(accepted).toEqual([])
})

test('a revoked certificate does not come in', async () => {
  const { connect, asked } = await csmsServer()
  revoked.add(station.peer.serialHex)
  await expect(connect()).rejects.toEqual(refusedWith(403, 'CertificateRevoked'))
  expect(asked).toEqual([])
})

test('a certificate revoked since is cut off at its next message', async () => {
  const { connect } = await csmsServer()
  const socket = await connect()
  revoked.add(station.peer.serialHex)
  const call = stationOn(socket).call('Heartbeat', {})
  await expect(call).rejects.toMatchObject({ code: 'Closed' })
  expect(await closing(socket)).toBe(1008)
})

test('a sweep after a new revocation list cuts off who is silent', async () => {
  const { connect, server } = await csmsServer()
  const socket = await connect()
  expect(server.sweep()).toBe(0)
  revoked.add(station.peer.serialHex)
  expect(server.sweep()).toBe(1)
  expect(await closing(socket)).toBe(1008)
})

test('security profile 2 asks for user and password and hands them over unjudged', async () => {
  const basic = { user: 'station-1', password: 'one:time' }
  const { connectBare, asked, accepted } = await csmsServer({
    securityProfile: 2,
    admit: (request) => {
      asked.push(request)
      const known = request.basic?.password === basic.password
      return Promise.resolve(known ? { ok: true } : refused('NotAuthenticated'))
    },
  })
  await expect(connectBare()).rejects.toEqual(refusedWith(401, 'NotAuthenticated'))
  const wrong = connectBare({ basic: { ...basic, password: 'x' } })
  await expect(wrong).rejects.toEqual(refusedWith(401, 'NotAuthenticated'))
  const endpoint = stationOn(await connectBare({ basic }))
  expect(await endpoint.call('Heartbeat', {})).toEqual(beat)
  expect(asked.at(-1)).toEqual({ id: 'station-1', address: '127.0.0.1', basic })
  expect(accepted[0]?.peer).toBeUndefined()
})

test('without a common subprotocol the handshake completes without one and is closed', async () => {
  const { url, connect, accepted } = await csmsServer()
  const { webSocket, closed } = rawClient(url('station-1'), {}, [])
  const upgraded = new Promise<unknown>((resolve) =>
    webSocket.once('upgrade', (response) =>
      resolve(response.headers['sec-websocket-protocol'] ?? 'none'),
    ),
  )
  expect(await upgraded).toBe('none')
  expect(await closed).toBe(1002)
  const newer = connect('station-1', { subprotocols: ['ocpp9.9'] })
  await expect(newer).rejects.toMatchObject({ code: 'SubprotocolRefused' })
  expect(accepted).toEqual([])
})

test("the first of the client's subprotocols that the server speaks is taken", async () => {
  const { url } = await csmsServer()
  const { webSocket, opened } = rawClient(url('station-1'), {}, ['ocpp2.1', 'ocpp2.0.1'])
  await opened
  expect(webSocket.protocol).toBe('ocpp2.0.1')
  webSocket.terminate()
})

test('a request that is no upgrade is told so', async () => {
  const { server } = await csmsServer()
  const { request } = await import('node:https')
  const status = await new Promise((resolve, reject) => {
    const url = `https://127.0.0.1:${server.port}/ocpp/station-1`
    const asked = request(url, clientTls(station, trust), (response) =>
      resolve(response.resume().statusCode),
    )
    asked.once('error', reject)
    asked.end()
  })
  expect(status).toBe(426)
})

test('malformed JSON is answered and the connection stays', async () => {
  const { connect } = await csmsServer()
  const socket = await connect()
  const answer = new Promise<string>((resolve) => socket.onMessage(resolve))
  socket.send('[2,"x","Heartbeat"')
  expect(JSON.parse(await answer)).toEqual([4, '-1', 'RpcFrameworkError', 'JsonMalformed', {}])
  expect(await stationOn(socket).call('Heartbeat', {})).toEqual(beat)
})

test('JSON nested too deep is answered as unreadable', async () => {
  const { connect } = await csmsServer()
  const socket = await connect()
  const answer = new Promise<string>((resolve) => socket.onMessage(resolve))
  socket.send(`[2,"x","Heartbeat",${'['.repeat(50_000)}`)
  expect(JSON.parse(await answer)).toEqual([4, '-1', 'RpcFrameworkError', 'JsonTooDeep', {}])
})

test('a frame over the limit closes the connection, and only that one', async () => {
  const { connect, url } = await csmsServer()
  const good = stationOn(await connect())
  const { webSocket, opened, closed } = rawClient(url('station-1'))
  await opened
  webSocket.send('x'.repeat(limits.frameBytesMax + 1))
  expect(await closed).toBe(1009)
  expect(await good.call('Heartbeat', {})).toEqual(beat)
})

test('a frame that inflates beyond the limit closes the connection', async () => {
  const { url, connect } = await csmsServer()
  const { webSocket, opened, closed } = rawClient(url('station-1'), {
    perMessageDeflate: { threshold: 0 },
  })
  await opened
  expect(webSocket.extensions).toContain('permessage-deflate')
  // 64 MB of spaces travel as 64 kB.
  webSocket.send(' '.repeat(64 * 1024 * 1024))
  expect(await closed).toBe(1009)
  expect(await stationOn(await connect()).call('Heartbeat', {})).toEqual(beat)
})

test('a connection that the CSMS fails to take up is closed', async () => {
  const { connect } = await csmsServer({
    accept: () => {
      throw new Error('broken')
    },
  })
  expect(await closing(await connect())).toBe(1011)
})

test('binary frames close the connection', async () => {
  const { url } = await csmsServer()
  const { webSocket, opened, closed } = rawClient(url('station-1'))
  await opened
  webSocket.send(Buffer.from('[2,"x","Heartbeat",{}]'), { binary: true })
  expect(await closed).toBe(1003)
})

test('both of two connections with one identity are handed to the CSMS', async () => {
  const { connect, accepted } = await csmsServer()
  const first = await connect()
  const second = await connect()
  expect(accepted.map((socket) => socket.id)).toEqual(['station-1', 'station-1'])
  accepted[0]?.close(1008, 'replaced')
  expect(await closing(first)).toBe(1008)
  expect(await stationOn(second).call('Heartbeat', {})).toEqual(beat)
})

test('a connection cut without goodbye ends both ends, and the station is back at once', async () => {
  const { connect, url, accepted, endpoints } = await csmsServer()
  const { webSocket, opened } = rawClient(url('station-1'))
  await opened
  const pending = endpoints[0]?.call('ClearCache', {})
  webSocket.terminate()
  const [again] = await Promise.all([
    connect().then(stationOn),
    expect(pending).rejects.toMatchObject({ code: 'Closed' }),
  ])
  expect(await again.call('Heartbeat', {})).toEqual(beat)
  expect(accepted).toHaveLength(2)
})

test('what arrives before anybody listens is not lost', async () => {
  const { connect } = await csmsServer({ accept: (socket) => socket.send('early') })
  const socket = await connect()
  await new Promise((resolve) => setImmediate(resolve))
  expect(await new Promise((resolve) => socket.onMessage(resolve))).toBe('early')
})

test('a server that closes says so to its stations and frees the port', async () => {
  const { connect, server } = await csmsServer()
  const socket = await connect()
  const code = closing(socket)
  await server.close()
  expect(await code).toBe(1001)
  await expect(connect()).rejects.toMatchObject({ code: 'PeerUnavailable' })
  const { port } = server
  const again = await csmsServer({ listen: { host: '127.0.0.1', port } })
  await expect(csmsServer({ listen: { host: '127.0.0.1', port } })).rejects.toMatchObject({
    code: 'PortTaken',
  })
  expect(again.server.port).toBe(port)
})

test('a connection that is let in while the server closes does not keep it open', async () => {
  const admitting: ((admission: { ok: true }) => void)[] = []
  const { connect, server, accepted } = await csmsServer({
    admit: () => new Promise((resolve) => admitting.push(resolve)),
  })
  const refusal = expect(connect()).rejects.toEqual(refusedWith(503, 'Unavailable'))
  await expect.poll(() => admitting.length).toBe(1)
  const closed = server.close()
  admitting[0]?.({ ok: true })
  await refusal
  await closed
  expect(accepted).toEqual([])
})

test('connecting, calling and closing leave nothing in flight', async () => {
  const activity = recordedActivity()
  const { connect } = await csmsServer({ activity })
  const socket = await connect('station-1', { activity })
  await stationOn(socket, activity).call('Heartbeat', {})
  expect(activity.handled).toHaveLength(1)
  socket.close(1000, 'bye '.repeat(100))
  expect(await closing(socket)).toBe(1000)
  await expect.poll(() => activity.inFlight.size).toBe(0)
})

test('the endpoint and the contract agree on their limits', () => {
  expect(connectionLimits).toMatchObject({
    jsonDepthMax: limits.jsonDepthMax,
    callQueueMax: limits.callQueueMax,
    callTimeoutMillis: limits.callTimeoutMillis,
  })
})
