import {
  documentSigner,
  nodeCrypto,
  openHttpServer,
  problem,
  silentLog,
  systemClock,
  systemEntropy,
  temporaryDir,
  type HttpServer,
} from '@interlock/host'
import { buildResponse, openSigned, parseRequest, signDocument } from '@interlock/duis'
import { decodeSigned, encodePreCommand, encodeResponse } from '@interlock/gbcs'
import { assert, eui64, instant, unobserved } from '@interlock/kernel'
import { createArmKey, signArm, toBase64, checkPreCommand, fromBase64 } from '@interlock/arm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { WebConfig } from './config-schema.ts'
import { testRoot } from './identities.fixture.ts'
import { armModuleSha256 } from './config.ts'
import { startWeb, type WebRunning } from './start-web.ts'
import { fakeFeeders } from './feeders.fixture.ts'
import { accounts, fakeStation, homes, Visitor } from './web.fixture.ts'

/** Both sides over mutual TLS, each under its own root, speaking what the real ones speak. */
const dir = temporaryDir('interlock-web')
const charging = testRoot(dir, 'charging')
const smartMeter = testRoot(dir, 'smartMeter')
const own = { charging: charging.identity('web', 1), smartMeter: smartMeter.identity('web', 1) }
const company = smartMeter.identity('dcc', 3)
const [home] = homes
const llcs = smartMeter.identity('llcs', 4, eui64(home?.target ?? ''))
const asked: { url: string; peer: string; body: unknown }[] = []
const servers: HttpServer[] = []
let web: WebRunning
let tell: (event: object) => void = () => {}

/** Each is of an organisation of its own; the operator's desk is of the operator's. */
const numbers = { csms: 2, supervisor: 3, dso: 4 } as const
const desk = charging.identity('web', numbers.dso)
const said = fakeFeeders()

async function server(root: typeof charging, role: 'csms' | 'dcc' | 'supervisor' | 'dso') {
  const opened = await openHttpServer({
    name: role,
    listen: { host: '127.0.0.1', port: 0 },
    identity: role === 'dcc' ? company : root.identity(role, numbers[role]),
    trust: root.trust,
    activity: unobserved,
    log: silentLog,
  })
  servers.push(opened)
  opened.events('/api/v1/events', ['web'], (send) => {
    tell = send
    return () => {}
  })
  return opened
}

beforeAll(async () => {
  const csms = await server(charging, 'csms')
  const roles = ['web'] as const
  csms.route({
    method: 'GET',
    url: '/api/v1/stations',
    roles,
    // In two pages, as the CSMS gives what is more than one.
    handle: ({ query }) => ({
      status: 200,
      body:
        query['cursor'] === undefined
          ? { items: [fakeStation('acacia-10')], next: 'more' }
          : { items: [fakeStation('acacia-12', { hertz: 49.98 })], next: null },
    }),
  })
  const record = (url: string, answer: object) =>
    csms.route({
      method: 'POST',
      url,
      roles,
      handle: ({ peer, body }) => {
        asked.push({ url, peer: peer.commonName, body })
        return { status: 200, body: answer }
      },
    })
  record('/api/v1/stations/:id/triggers', { status: 'Accepted' })
  record('/api/v1/stations/:id/owner-keys', { status: 'Rejected', reasonCode: 'CodeWrong' })
  csms.route({
    method: 'POST',
    url: '/api/v1/stations/:id/goal',
    roles,
    handle: () => problem('StationOffline'),
  })
  const dcc = await server(smartMeter, 'dcc')
  dcc.route({ method: 'POST', url: '/duis', roles, contentType: 'xml', handle: duis })
  dcc.route({
    method: 'GET',
    url: '/api/v1/devices/:eui/certificate',
    roles,
    handle: () => ({ status: 200, body: llcs.chainPem, type: 'application/x-pem-file' }),
  })
  const supervisor = await server(charging, 'supervisor')
  supervisor.route({
    method: 'GET',
    url: '/api/v1/firmware/:sha256',
    roles,
    handle: ({ params }) =>
      params['sha256'] === armModuleSha256() ? { status: 200, body: {} } : problem('NotFound'),
  })
  const operator = await server(charging, 'dso')
  const show = (url: string, answer: () => Promise<unknown>) =>
    operator.route({
      method: 'GET',
      url,
      roles,
      handle: async ({ peer }) => {
        asked.push({ url, peer: peer.organisation, body: undefined })
        const body = await answer()
        return body === undefined ? problem('NotFound') : { status: 200, body: body as object }
      },
    })
  show('/api/v1/feeders', () => said.source.feeders())
  show('/api/v1/feeders/:group/day', () => said.source.day(''))
  show('/api/v1/feeders/:group/sums', () => said.source.sums(''))
  const listen = { host: '127.0.0.1', port: 0 }
  const config: WebConfig = {
    actor: 'web',
    name: 'Web',
    region: 'gb',
    data: `${dir}/data`,
    production: false,
    identity: { charging: own.charging.dir, smartMeter: own.smartMeter.dir },
    trust: { charging: charging.rootPath, smartMeter: smartMeter.rootPath },
    peers: {
      csms: `https://127.0.0.1:${await csms.listen()}`,
      dcc: `https://127.0.0.1:${await dcc.listen()}`,
      supervisor: `https://127.0.0.1:${await supervisor.listen()}`,
    },
    distribution: { url: `https://127.0.0.1:${await operator.listen()}`, identity: desk.dir },
    dccCertificate: `${company.dir}/chain.pem`,
    console: { listen },
    arm: { listen },
    login: { kind: 'builtIn', accounts: await accounts() },
    homes: [...homes],
    timeZone: 'Europe/London',
  }
  web = await startWeb(config, {
    clock: systemClock,
    wall: systemClock,
    activity: unobserved,
    entropy: systemEntropy,
    crypto: nodeCrypto,
    log: silentLog,
  })
})
afterAll(async () => {
  await web?.close()
  for (const each of servers) await each.close()
})

/** The data company's transform, for one request that it has verified. */
function duis({ body }: { body: unknown }) {
  const verified = openSigned(`${body}`, own.smartMeter.peer, nodeCrypto)
  const read = verified.ok ? parseRequest(verified.value.xml) : verified
  if (!read.ok) throw new Error(read.reason)
  const { originator, target, counter, service, body: order } = read.value
  asked.push({ url: '/duis', peer: '', body: order })
  const id = { originator, target, counter }
  const answer = (parts: { preCommand: Uint8Array } | { payload: Uint8Array }) => {
    const said = buildResponse({ request: id, service, code: 'I0', at: instant(0), ...parts })
    const body = signDocument(said, documentSigner(company), nodeCrypto)
    return { status: 200, body, type: 'application/xml' }
  }
  if (order.kind !== 'loadControl') {
    const signed = order.kind === 'signedPreCommand' ? decodeSigned(order.payload) : undefined
    assert(signed?.ok === true, 'a signed pre-command')
    const { command } = signed.value
    return answer({ payload: encodeResponse(command, { result: 'success' }, llcs.key, nodeCrypto) })
  }
  const { kind: _, ...values } = order
  return answer({ preCommand: encodePreCommand({ useCase: 'ECS47a', ...id, ...values }) })
}

async function driver(url: string): Promise<Visitor> {
  const visitor = new Visitor(url)
  expect(await visitor.signIn('driver')).toBe(204)
  return visitor
}

test('the street comes from the CSMS over mutual TLS', async () => {
  const visitor = await driver(web.consoleUrl)
  const { body } = await visitor.get('/api/street')
  expect(body['stations']).toMatchObject([{ stationId: 'acacia-12', place: '12 Acacia Avenue' }])
})

test('an arm goes to the data company as signed DUIS, its trigger to the CSMS', async () => {
  const arm = await driver(web.armUrl)
  const errand = await arm.post('/api/errands', { station: 'acacia-12', action: 'charge' })
  const key = await createArmKey()
  const from = Math.floor(Date.now() / 1000) * 1000
  const until = from + 3_600_000
  const request = { errand: errand.body['id'], spki: toBase64(key.spki), from, until }
  const made = await arm.post('/api/pre-commands', request)
  const target = homes[0]?.target ?? ''
  const wanted = { originator: key.eui, target, controller: 1, levelPercent: 100, from, until }
  const checked = checkPreCommand(fromBase64(`${made.body['bytes']}`), wanted)
  if (!checked.ok) throw new Error(checked.problems.join(' '))
  const signed = await signArm(checked.value, key)
  const sent = await arm.post('/api/arms', { id: made.body['id'], bytes: toBase64(signed.bytes) })
  expect(sent.status).toBe(201)
  expect(asked.at(-1)?.body).toEqual({
    kind: 'signedPreCommand',
    payload: new Uint8Array(signed.bytes),
  })
  const street = await driver(web.consoleUrl)
  expect((await street.post(`/api/hand-overs/${errand.body['id']}/trigger`)).status).toBe(200)
  expect(asked.at(-1)).toMatchObject({
    peer: 'web-1',
    body: { action: 'start', arm: signed.digest },
  })
})

test('what the charger or the CSMS refuse comes back in words', async () => {
  const arm = await driver(web.armUrl)
  const { spki } = await createArmKey()
  const key = { station: 'acacia-12', spki: toBase64(spki), mac: toBase64(spki) }
  expect((await arm.post('/api/owner-keys', key)).body).toMatchObject({
    reason: 'StationRefused',
    detail: 'the code is not the one it shows',
  })
  const street = await driver(web.consoleUrl)
  const departure = new Date(Date.now() + 3_600_000).toISOString()
  const goal = { departure, energyWattHours: 9000 }
  const refused = await street.post('/api/stations/acacia-12/goal', goal)
  expect([refused.status, refused.body['reason']]).toEqual([503, 'StationOffline'])
})

test('what neighbours tell reaches the page, and so does a measured frequency', async () => {
  const visitor = await driver(web.consoleUrl)
  const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const response = await fetch(`${web.consoleUrl}/api/events`, { headers: { cookie } })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  tell({ at: 1, actor: 'dcc', kind: 'arm', data: { llcs: homes[0]?.target ?? '' } })
  let text = ''
  const wanted = ['"kind":"arm"', '49.98', 'event: street']
  while (!wanted.every((each) => text.includes(each))) text += (await reader?.read())?.value ?? ''
  expect(text).toContain('acacia-12')
  await reader?.cancel()
})

test('feeders come from their operator over mutual TLS, asked by its own desk; what is not as agreed is not passed on', async () => {
  const visitor = new Visitor(web.consoleUrl)
  await visitor.signIn('operator')
  const list = await visitor.get('/api/feeders')
  expect(list.body['providers']).toMatchObject([{ name: 'acacia' }, { name: 'birch' }])
  expect(asked.at(-1)).toMatchObject({ url: '/api/v1/feeders', peer: desk.peer.organisation })
  const feeder = await visitor.get('/api/feeders/ACACIA-1')
  expect(feeder.body).toMatchObject({ day: { group: 'ACACIA-1' }, sums: { group: 'ACACIA-1' } })
  said.state.sums = undefined
  expect((await visitor.get('/api/feeders/ACACIA-1')).body['sums']).toBeUndefined()
  expect((await visitor.get('/api/open-data')).body).toEqual({ openData: null })

  const homes = [{ station: 'acacia-12', watts: 7_400 }]
  said.state.day = { ...said.state.day, homes } as typeof said.state.day
  const refused = await visitor.get('/api/feeders/ACACIA-1')
  expect([refused.status, refused.body['reason']]).toEqual([503, 'Unavailable'])
  expect(JSON.stringify(refused.body)).not.toContain('acacia-12')
})

test('a neighbour that is gone is said to be gone', async () => {
  const visitor = await driver(web.consoleUrl)
  await servers[0]?.close()
  const { status, body } = await visitor.get('/api/street')
  expect([status, body['reason']]).toEqual([503, 'Unavailable'])
})
