import type { Socket } from 'node:net'
import { eui64, Fault, unobserved, type Role } from '@interlock/kernel'
import { Type } from 'typebox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHierarchy, rawConnection, recordedActivity } from './hierarchy.fixture.ts'
import { httpClient, type HttpClientOptions } from './http-client.ts'
import { openHttpServer, type HttpServer, type HttpServerOptions } from './http-server.ts'
import { silentLog } from './log.ts'

const ours = createHierarchy()
const theirs = createHierarchy()
const identities = {
  supervisor: ours.certify('supervisor'),
  csms: ours.certify('csms'),
  dsrsp: ours.certify('dsrsp'),
  expired: ours.certify('csms', 'csms', true),
  stranger: theirs.certify('csms'),
}
const revoked = new Set<string>()
const trust = { roots: ours.roots, revoked: (serial: string) => revoked.has(serial) }
const listen = { host: '127.0.0.1', port: 0 }
const activity = recordedActivity()
const serverOptions: HttpServerOptions = {
  name: 'test',
  listen,
  identity: identities.supervisor,
  trust,
  activity,
  log: silentLog,
}

let server: HttpServer
let port: number
let publish = (_event: object): void => {}
let subscribed = (): void => {}

beforeAll(async () => {
  server = await openHttpServer(serverOptions)
  const roles: readonly Role[] = ['csms']
  server.route({
    method: 'POST',
    url: '/echo/:id',
    roles,
    body: Type.Object({ watts: Type.Integer({ minimum: 0 }) }, { additionalProperties: false }),
    handle: ({ peer, params, query, body }) => ({
      status: 200,
      body: { role: peer.role, params, query, body },
    }),
  })
  server.route({ method: 'GET', url: '/who', roles, handle: () => ({ status: 204 }) })
  server.route({
    method: 'POST',
    url: '/duis',
    roles,
    contentType: 'xml',
    handle: ({ body }) => ({ status: 200, type: 'application/xml', body }),
  })
  server.route({ method: 'GET', url: '/slow', roles, handle: () => new Promise(() => {}) })
  server.route({
    method: 'GET',
    url: '/fault',
    roles,
    handle: () => Promise.reject(new Fault('DatabaseUnavailable', 'postgres://secret')),
  })
  server.route({
    method: 'GET',
    url: '/bug',
    roles,
    handle: () => {
      throw new Error('secret')
    },
  })
  server.events('/events', roles, (send) => {
    publish = send
    subscribed()
    return () => (publish = () => {})
  })
  port = await server.listen()
})
afterAll(() => server.close())

async function ask(
  method: string,
  path: string,
  body?: unknown,
  options: Partial<HttpClientOptions> & { type?: string } = {},
) {
  const client = httpClient({ identity: identities.csms, trust, activity, ...options })
  const settings = options.type === undefined ? {} : { type: options.type }
  try {
    return await client.request(method, `https://127.0.0.1:${port}${path}`, body, settings)
  } finally {
    await client.close()
  }
}

const faultOf = (code: string) => expect.objectContaining({ name: 'Fault', code }) as Error

test('a request reaches its handler with who asks, parameters and body', async () => {
  expect(await ask('POST', '/echo/7?a=b', { watts: 5 })).toEqual({
    status: 200,
    body: { role: 'csms', params: { id: '7' }, query: { a: 'b' }, body: { watts: 5 } },
  })
})

test('an answer without body has an empty one', async () => {
  expect(await ask('GET', '/who')).toEqual({ status: 204, body: '' })
})

test('XML passes as text where an endpoint takes XML', async () => {
  const answer = await ask('POST', '/duis', '<a/>', { type: 'application/xml' })
  expect(answer).toEqual({ status: 200, body: '<a/>' })
})

const clientOf = (identity: keyof typeof identities) => ({ identity: identities[identity] })
test.each([
  ['no certificate', { identity: undefined }, 401, 'CertificateMissing'],
  ['a certificate of another root', clientOf('stranger'), 401, 'CertificateUntrusted'],
  ['an expired certificate', clientOf('expired'), 401, 'CertificateExpired'],
  ['a role that may not', clientOf('dsrsp'), 403, 'NotPermitted'],
])('a client with %s is refused', async (_title, who, status, reason) => {
  const answer = await ask('GET', '/who', undefined, who as Partial<HttpClientOptions>)
  expect(answer).toMatchObject({ status, body: { status, reason } })
})

test('a refusal says why the certificate is not good, and what to do', async () => {
  const answer = await ask('GET', '/who', undefined, clientOf('expired'))
  expect(answer.body).toMatchObject({
    title: expect.stringMatching(/expired/) as string,
    detail: expect.stringMatching(/valid from .* to /) as string,
    remedy: expect.stringMatching(/renewed/) as string,
  })
})

test('a revoked certificate is refused, also on a connection that was open before', async () => {
  const { serialHex } = identities.csms.peer
  const client = httpClient({ identity: identities.csms, trust, activity })
  const url = `https://127.0.0.1:${port}/who`
  expect((await client.request('GET', url)).status).toBe(204)
  revoked.add(serialHex)
  try {
    expect(await client.request('GET', url)).toMatchObject({
      status: 403,
      body: { reason: 'CertificateRevoked' },
    })
  } finally {
    revoked.delete(serialHex)
    await client.close()
  }
})

test.each([
  ['of another shape', { watts: -1 }, undefined],
  ['with a field nobody knows', { watts: 1, more: true }, undefined],
  ['that is missing', undefined, undefined],
  ['that is not JSON', '{"watts":', 'application/json'],
  ['nested too deep', `{"watts":${'['.repeat(40)}${']'.repeat(40)}}`, 'application/json'],
  ['with a NUL in it', '{"watts":1,"name":"a\\u0000b"}', 'application/json'],
  ['in XML where JSON is due', '<watts/>', 'application/xml'],
  ['of an unknown type', 'watts=1', 'application/x-www-form-urlencoded'],
])('a body %s is refused with 400', async (_title, body, type) => {
  const answer = await ask('POST', '/echo/1', body, type === undefined ? {} : { type })
  expect(answer).toMatchObject({ status: 400, body: { reason: 'BodyInvalid' } })
})

test('a repeated parameter is refused with 400', async () => {
  expect(await ask('POST', '/echo/1?a=1&a=2', { watts: 1 })).toMatchObject({ status: 400 })
})

test.each(['/echo/%00', '/echo/1?a=%00', '/echo/%ff'])(
  'what is no text in a path is refused with 400: %s',
  async (path) => {
    expect(await ask('POST', path, { watts: 1 })).toMatchObject({
      status: 400,
      body: { reason: 'BodyInvalid' },
    })
  },
)

test('a body over the limit is refused with 413', async () => {
  const answer = await ask('POST', '/echo/1', { watts: 1, more: 'x'.repeat(300_000) })
  expect(answer).toMatchObject({ status: 413, body: { reason: 'BodyTooLarge' } })
})

test('an unknown path is a problem document', async () => {
  const client = { status: 404, body: { type: 'urn:interlock:problem:NotFound', status: 404 } }
  expect(await ask('GET', '/nothing')).toMatchObject(client)
})

test('faults and bugs of a handler do not tell their secrets', async () => {
  const fault = await ask('GET', '/fault')
  const bug = await ask('GET', '/bug')
  expect(fault).toMatchObject({ status: 503, body: { reason: 'Unavailable' } })
  expect(bug).toMatchObject({ status: 500, body: { reason: 'Internal' } })
  expect(JSON.stringify([fault, bug])).not.toContain('secret')
})

test('a request is in flight until answered, and is handled within its key', async () => {
  const before = activity.handled.length
  await ask('GET', '/who')
  expect(activity.inFlight.size).toBe(0)
  expect(activity.handled[before]).toMatch(/^http\/[0-9a-f-]{36}$/)
})

test('no answer in time is a fault, and nothing stays in flight', async () => {
  const slow = ask('GET', '/slow', undefined, { timeoutMillis: 50 })
  await expect(slow).rejects.toEqual(faultOf('PeerUnavailable'))
  expect(activity.inFlight.size).toBe(0)
})

test('a peer that is not there is a fault', async () => {
  const client = httpClient({ trust, activity: unobserved })
  const asked = client.request('GET', 'https://127.0.0.1:1/who')
  await expect(asked).rejects.toEqual(faultOf('PeerUnavailable'))
})

test('a client closes a connection that nothing uses before the server would', async () => {
  const connections: Promise<void>[] = []
  const connected = (socket: Socket): void =>
    void connections.push(new Promise((resolve) => socket.once('close', () => resolve())))
  server.app.server.on('secureConnection', connected)
  const client = httpClient({ identity: identities.csms, trust, activity, idleMillisMax: 20 })
  try {
    expect((await client.request('GET', `https://127.0.0.1:${port}/who`)).status).toBe(204)
    expect(connections).toHaveLength(1)
    // The server would keep it for a minute.
    await connections[0]
    expect((await client.request('GET', `https://127.0.0.1:${port}/who`)).status).toBe(204)
  } finally {
    server.app.server.off('secureConnection', connected)
    await client.close()
  }
})

test('nothing is sent to a server of another root, role or organisation than expected', async () => {
  const handled = activity.handled.length
  const elsewhere = ask('GET', '/who', undefined, { trust: { roots: theirs.roots } })
  await expect(elsewhere).rejects.toMatchObject({ cause: { code: 'PeerUntrusted' } })
  const otherRole = ask('GET', '/who', undefined, { expectRole: 'dcc' })
  await expect(otherRole).rejects.toMatchObject({ cause: { code: 'PeerUntrusted' } })
  const elsewhereOf = { expectOrganisation: eui64('90-B3-D5-1F-30-01-00-99') }
  const otherOrganisation = ask('GET', '/who', undefined, elsewhereOf)
  await expect(otherOrganisation).rejects.toMatchObject({ cause: { code: 'PeerUntrusted' } })
  const { role, organisation } = identities.supervisor.peer
  const right = { expectRole: role, expectOrganisation: organisation }
  expect((await ask('GET', '/who', undefined, right)).status).toBe(204)
  expect(activity.handled).toHaveLength(handled + 1)
})

test('a server whose certificate is revoked is not trusted', async () => {
  const known = { roots: ours.roots, revoked: (serial: string) => serial === serverSerial }
  const asked = ask('GET', '/who', undefined, { trust: known })
  await expect(asked).rejects.toMatchObject({ cause: { code: 'PeerUntrusted' } })
})
const serverSerial = identities.supervisor.peer.serialHex

test('events reach a subscriber, and the stream ends when the client leaves', async () => {
  const client = httpClient({ identity: identities.csms, trust, activity })
  const open = new Promise<void>((resolve) => (subscribed = resolve))
  const events: unknown[] = []
  let received = (): void => {}
  const both = new Promise<void>((resolve) => (received = resolve))
  client.events(`https://127.0.0.1:${port}/events`, (event) => {
    if (events.push(event) === 2) received()
  })
  await open
  publish({ kind: 'state', words: 'two\nlines' })
  publish({ kind: 'arm' })
  await both
  expect(events).toEqual([{ kind: 'state', words: 'two\nlines' }, { kind: 'arm' }])
  await client.close()
})

test('a stream ends when the certificate of its reader is revoked', async () => {
  const client = httpClient({ identity: identities.csms, trust, activity })
  const open = new Promise<void>((resolve) => (subscribed = resolve))
  const events: unknown[] = []
  const closed = new Promise<void>((resolve) => {
    client.events(`https://127.0.0.1:${port}/events`, (event) => events.push(event), resolve)
  })
  await open
  revoked.add(identities.csms.peer.serialHex)
  publish({ kind: 'state' })
  await closed
  revoked.clear()
  expect(events).toEqual([])
  await client.close()
})

test.each([['a role that may not', 'dsrsp'] as const, ['no way in', 'stranger'] as const])(
  'a client with %s gets no events',
  async (_title, who) => {
    const client = httpClient({ identity: identities[who], trust, activity })
    await new Promise<void>((resolve) => {
      client.events(`https://127.0.0.1:${port}/events`, () => {}, resolve)
    })
    await client.close()
  },
)

test('closing the server ends its streams and frees the port', async () => {
  const other = await openHttpServer(serverOptions)
  other.events('/events', ['csms'], () => () => {})
  const free = await other.listen()
  const client = httpClient({ identity: identities.csms, trust, activity })
  const closed = new Promise<void>((resolve) => {
    client.events(`https://127.0.0.1:${free}/events`, () => {}, resolve)
  })
  await other.close()
  await closed
  await client.close()
  const again = await openHttpServer({ ...serverOptions, listen: { ...listen, port: free } })
  expect(await again.listen()).toBe(free)
  await again.close()
})

test('a taken port is a fault that says so', async () => {
  const other = await openHttpServer({ ...serverOptions, listen: { ...listen, port } })
  await expect(other.listen()).rejects.toEqual(faultOf('PortTaken'))
  await other.close()
})

test('HTTP without TLS opens on loopback only, and then calls nothing that has roles', async () => {
  const plain = { ...serverOptions, plain: true }
  const outside = openHttpServer({ ...plain, listen: { host: '0.0.0.0', port: 0 } })
  await expect(outside).rejects.toEqual(faultOf('ListenRefused'))
  const inside = await openHttpServer(plain)
  inside.route({ method: 'GET', url: '/who', roles: ['csms'], handle: () => ({ status: 204 }) })
  inside.app.get('/page', (_request, reply) => reply.send('hello'))
  const base = `http://127.0.0.1:${await inside.listen()}`
  expect((await fetch(`${base}/who`)).status).toBe(401)
  expect(await (await fetch(`${base}/page`)).text()).toBe('hello')
  await inside.close()
})

test('TLS is 1.2 or newer, on P-256', async () => {
  const socket = await rawConnection({ port, identity: identities.csms, trust })
  expect(socket.getEphemeralKeyInfo()).toMatchObject({ type: 'ECDH', name: 'prime256v1' })
  socket.destroy()
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
  await expect(rawConnection({ port, identity: undefined, trust, ...old })).rejects.toThrow()
})

test.each(['TLSv1.2', 'TLSv1.3'] as const)('no session of %s is resumed', async (version) => {
  const exact = { minVersion: version, maxVersion: version }
  const first = await rawConnection({ port, identity: identities.csms, trust, ...exact })
  const sessions = [first.getSession()]
  first.on('session', (session) => sessions.push(session))
  first.write('GET /who HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  await new Promise((resolve) => first.resume().once('end', resolve))
  for (const session of sessions) {
    if (session === undefined) continue
    const again = await rawConnection({ port, identity: undefined, trust, ...exact, session })
    expect(again.getProtocol()).toBe(version)
    expect(again.isSessionReused()).toBe(false)
    again.destroy()
  }
})
