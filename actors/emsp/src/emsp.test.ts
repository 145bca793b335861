import { readFileSync, rmSync } from 'node:fs'
import { cdrWith, keyText, otherKey, tariff } from '@interlock/billing/operator.fixture'
import {
  httpClient,
  nodeCrypto as crypto,
  saveIdentity,
  silentLog,
  startCluster,
  systemClock,
  systemEntropy,
  temporaryDir,
  writeAtomic,
  type ActorDeps,
} from '@interlock/host'
import {
  actorOrigin,
  invitation,
  openParty,
  type TestParty,
} from '@interlock/host/ocpi-party.fixture'
import { ok, roles, unobserved } from '@interlock/kernel'
import { writeHeaders, type AuthorizationInfo, type Cdr, type Token } from '@interlock/ocpi'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { testHierarchy } from '../../../tools/doors/hierarchy.ts'
import { doorsMillisMax, wronglyOpen } from '../../../tools/doors/wrongly-open.ts'
import { openByTopic, recordOf } from './by-topic.fixture.ts'
import type { ContractConfig, EmspConfig } from './config.ts'
import { lies } from './lies.fixture.ts'
import { openRegisters, type TestRegisters } from './registers.fixture.ts'
import { startEmsp, type EmspRunning } from './start.ts'

const charging = testHierarchy('charging')
const smartMeter = testHierarchy('smartMeter')
const dir = temporaryDir('interlock-emsp')
const own = charging.certify('emsp')
const csms = charging.certify('csms')
const rival = charging.certify('csms')
const { organisation } = own.peer

const contract = (uid: string, change: Partial<ContractConfig> = {}): ContractConfig => ({
  uid,
  type: 'RFID',
  contractId: `NL-ILK-${uid}`,
  whitelist: 'NEVER',
  status: 'valid',
  lastUpdated: '2026-01-01T00:00:00Z',
  ...change,
})

let cluster: Awaited<ReturnType<typeof startCluster>>
let operator: TestParty
const tokens: Token[] = []
type Asked = Readonly<Record<string, unknown>> & { readonly response_url: string }
/** What the operator was asked for. */
const asked: [string, Asked][] = []
let registers: TestRegisters
let config: EmspConfig
let provider: EmspRunning

const deps: ActorDeps = {
  clock: systemClock,
  wall: systemClock,
  activity: unobserved,
  entropy: systemEntropy,
  crypto,
  log: silentLog,
}

beforeAll(async () => {
  saveIdentity(`${dir}/identity`, own.keyPem, own.chainPem)
  writeAtomic(`${dir}/root.pem`, charging.rootPem, 0o644)
  writeAtomic(`${dir}/tariff.json`, JSON.stringify(tariff), 0o644)
  const login = { name: 'emsp', user: 'emsp', password: 'for-tests-only' }
  cluster = await startCluster({ dir: `${dir}/cluster`, databases: [login], log: silentLog })
  operator = await openParty({
    role: 'CPO',
    own: csms,
    actor: own,
    rootPem: charging.rootPem,
    handlers: {
      'cdrs.list': () => ok({ data: [], total: 0 }),
      'tokens.put'({ body }) {
        tokens.push(body)
        return ok({ isNew: true })
      },
      'commands.post'({ params, body }) {
        asked.push([params['command'] ?? '', body as Asked])
        return ok({ data: { result: 'ACCEPTED', timeout: 30 } })
      },
    },
  })
  registers = await openRegisters(charging)
  const { supervisor, cir } = registers
  config = {
    actor: 'emsp',
    name: 'Interlock',
    region: 'NL',
    production: true,
    data: `${dir}/data`,
    identity: `${dir}/identity`,
    trust: { charging: `${dir}/root.pem` },
    database: cluster.url('emsp'),
    listen: { host: '127.0.0.1', port: 0 },
    countryCode: 'NL',
    partyId: 'ILK',
    origin: actorOrigin,
    peers: { supervisor, cir },
    operators: [{ ...operator.row, tariff: `${dir}/tariff.json` }],
    contracts: [
      contract('04A1B2C3', { whitelist: 'ALLOWED', vehicleKey: keyText(otherKey) }),
      contract('LOST', { status: 'blocked' }),
      contract('HERE', { locations: ['NL*CPO*L1'] }),
    ],
  }
  await start()
})
afterAll(async () => {
  await provider.close()
  await operator.close()
  await registers.close()
  await cluster.close()
  rmSync(dir, { recursive: true, force: true })
})

async function start(): Promise<void> {
  provider = await startEmsp(config, deps)
  operator.port.actor = provider.port
}

const waiting = { timeout: 30_000, interval: 20 }
const console = async (
  path: string,
  identity = charging.certify('web', organisation),
  method = 'GET',
  body?: object,
) => {
  const http = httpClient({
    identity,
    trust: { roots: [charging.rootPem] },
    activity: unobserved,
  })
  const answer = await http.request(
    method,
    `https://127.0.0.1:${provider.port}/api/v1/${path}`,
    body,
  )
  await http.close()
  return answer
}
const itemsOf = async (path: string) =>
  ((await console(path)).body as { items: readonly Record<string, unknown>[] }).items

test('an operator registers by its invitation, and not by another', async () => {
  const good = writeHeaders({ requestId: 'r', correlationId: 'c' }, invitation)
  const bad = writeHeaders({ requestId: 'r', correlationId: 'c' }, `${invitation}-x`)
  expect(await operator.raw('GET', 'versions', bad)).toEqual([401, 2_000])
  expect(await operator.raw('GET', 'versions', good)).toEqual([200, 1_000])
  expect(await operator.begin()).toEqual({ ok: true, value: undefined })
  expect(await operator.send('GET', 'versions')).toMatchObject({ ok: true })
  expect(await operator.raw('GET', 'versions', good)).toEqual([401, 2_000])
})

test('a driver is authorised by the contract, and nobody else is', async () => {
  const ask = async (uid: string, body?: object) => {
    const answer = await operator.send('POST', `2.2.1/sender/tokens/${uid}/authorize`, body)
    return answer.ok ? (answer.value as AuthorizationInfo).allowed : answer.reason
  }
  expect(await ask('04a1b2c3')).toBe('ALLOWED')
  expect(await ask('LOST')).toBe('BLOCKED')
  expect(await ask('HERE')).toBe('Status2002')
  expect(await ask('HERE', { location_id: 'L1' })).toBe('ALLOWED')
  expect(await ask('HERE', { location_id: 'L2' })).toBe('NOT_ALLOWED')
  expect(await ask('NOBODY')).toBe('Http404')
  expect(await ask('04A1B2C3?type=APP_USER')).toBe('Http404')
  // A card that was copied: the register knows, the contract does not.
  registers.said.cardStatus = 'suspended'
  expect(await ask('04A1B2C3')).toBe('BLOCKED')
  // While it is silent only those are let in that operators may let in by themselves.
  registers.said.cardStatus = undefined
  expect(await ask('04A1B2C3')).toBe('ALLOWED')
  expect(await ask('HERE', { location_id: 'L1' })).toBe('NOT_ALLOWED')
  registers.said.cardStatus = 'active'
})

const post = (cdr: Cdr) => operator.send('POST', '2.2.1/receiver/cdrs', cdr)

test('each lie of an operator or its meter is refused and disputed, with whoever is at fault named', async () => {
  for (const [at, [what, cdr, reason, atFault]] of lies.entries()) {
    const record = { ...cdr(), id: `LIE-${at}` }
    const refused = await post(record)
    expect([what, refused.ok, refused.ok || refused.reason]).toEqual([what, false, 'Status2001'])
    expect(refused).toHaveProperty(
      'detail',
      expect.stringContaining(`${reason}, at fault: ${atFault}`),
    )
    expect((await itemsOf('disputes'))[0]).toMatchObject({
      record: `NL*CPO*LIE-${at}`,
      reason,
      atFault,
    })
  }
  expect(await itemsOf('bills')).toEqual([])
})

const honest = cdrWith()
test('what verifies is billed once, by what the meter has signed; a session replayed is not', async () => {
  // While the register does not answer nothing is billed, and nobody is accused.
  const { said } = registers
  const { meters } = said
  said.meters = undefined
  expect(await post(honest)).toMatchObject({ reason: 'Status3000' })
  said.meters = meters
  const posted = await post(honest)
  expect(posted).toMatchObject({
    ok: true,
    headers: { location: `${actorOrigin}/ocpi/2.2.1/receiver/cdrs/C1` },
  })
  const read = await operator.send('GET', '2.2.1/receiver/cdrs/c1')
  expect(read).toMatchObject({ ok: true, value: honest })
  // The answer may have been lost.
  expect(await post(honest)).toMatchObject({ ok: true })
  const bills = await itemsOf('bills')
  expect(bills).toMatchObject([{ record: 'NL*CPO*C1', session: { wattHours: 9_500 } }])

  expect(await post({ ...honest, id: 'C2' })).toHaveProperty(
    'detail',
    expect.stringContaining('SessionReplayed, at fault: operator'),
  )
  expect(await post({ ...honest, remark: 'edited' })).toHaveProperty(
    'detail',
    expect.stringContaining('RecordReplayed, at fault: operator'),
  )
  const stranger = { ...honest, id: 'C3' }
  const token = { ...stranger.cdr_token, uid: 'NOBODY' }
  expect(await post({ ...stranger, cdr_token: token })).toMatchObject({ reason: 'Http404' })
  expect(await post({ ...stranger, party_id: 'XXX' })).toMatchObject({ reason: 'Http404' })
  expect(await itemsOf('bills')).toEqual(bills)
})

const web = charging.certify('web', organisation)
const order = async (method: string, path: string, body?: object) => {
  const answer = await console(path, web, method, body)
  return { ...(answer.body as Record<string, unknown>), http: answer.status }
}
/** The operator tells an outcome where it was asked to. */
const tell = (result: object, at = asked.at(-1)) =>
  operator.send('POST', new URL(at?.[1].response_url ?? '').pathname.slice('/ocpi/'.length), result)

test('the desk starts a charge for a driver who may charge there, and is told how it came out', async () => {
  const start = { operator: operator.row.name, uid: '04A1B2C3', location: 'L1' }
  const started = await order('POST', 'commands/START_SESSION', start)
  expect(started).toMatchObject({ answer: 'ACCEPTED', result: 'PENDING', what: 'START_SESSION' })
  expect(asked.at(-1)).toMatchObject([
    'START_SESSION',
    {
      token: { uid: '04A1B2C3', party_id: 'ILK', valid: true },
      location_id: 'L1',
      authorization_reference: expect.stringMatching(/^[0-9a-f]{32}$/),
      response_url: expect.stringContaining('/ocpi/2.2.1/sender/commands/START_SESSION/'),
    },
  ])
  const { id } = started as unknown as { id: string }
  const elsewhere = '2.2.1/sender/commands/START_SESSION/0123'
  expect(await operator.send('POST', elsewhere, { result: 'ACCEPTED' })).toMatchObject({
    reason: 'Http404',
  })
  expect(await tell({ result: 'EVSE_OCCUPIED' })).toMatchObject({ ok: true })
  // The first outcome counts.
  expect(await tell({ result: 'ACCEPTED' })).toMatchObject({ ok: true })
  expect(await order('GET', `requests/${id}`)).toMatchObject({ result: 'EVSE_OCCUPIED' })
})

test('what an operator tells of its places, sessions and tariffs is kept under its own name', async () => {
  const at = '2.2.1/receiver/tariffs/NL'
  expect(await operator.send('PUT', `${at}/CPO/T1`, tariff)).toMatchObject({ ok: true })
  expect(await operator.send('GET', `${at}/CPO/t1`)).toMatchObject({ value: tariff })
  expect(await operator.send('PUT', `${at}/XXX/T1`, tariff)).toMatchObject({ reason: 'Http404' })
  expect(await operator.send('DELETE', `${at}/CPO/T1`)).toMatchObject({ ok: true })
  expect(await operator.send('GET', `${at}/CPO/T1`)).toMatchObject({ reason: 'Http404' })
  const session = {
    country_code: 'NL',
    party_id: 'CPO',
    id: 'S1',
    start_date_time: '2026-01-12T20:30:00Z',
    kwh: 0,
    cdr_token: honest.cdr_token,
    auth_method: 'AUTH_REQUEST',
    location_id: 'L1',
    evse_uid: 'E1',
    connector_id: '1',
    currency: 'EUR',
    status: 'ACTIVE',
    last_updated: '2026-01-12T20:30:00Z',
  }
  const place = '2.2.1/receiver/sessions/NL/CPO/S1'
  expect(await operator.send('PUT', place, session)).toMatchObject({ ok: true })
  const part = { kwh: 3.5, last_updated: '2026-01-12T21:00:00Z' }
  expect(await operator.send('PATCH', place, part)).toMatchObject({ ok: true })
  expect(await operator.send('GET', place)).toMatchObject({ value: { ...session, ...part } })
})

test('of what is said by topic only our drivers’ readings are kept, each once, by whoever may say it', async () => {
  const station = charging.certify('station').peer
  const operatorOf = csms.peer.organisation
  const { say, hears, topic, close } = await openByTopic(config, operatorOf, station.eui)
  const ours = { transaction: 'T1', record: recordOf('04a1b2c3') }
  for (const seq of [1, 1]) await say(seq, ours)
  await say(2, { transaction: 'T2', record: recordOf('NOBODY') })
  expect(await itemsOf('told')).toMatchObject([{ author: station.eui, sequence: 1, payload: ours }])
  const session = { transaction: 'T1', evse: 1, state: 'ended', at: 1, wattHours: 5 }
  for (const seq of [1, 1]) await say(seq, session, 'session')
  expect(await itemsOf('told')).toHaveLength(2)
  expect(hears.reading?.(station, topic)).toBe(true)
  expect(hears.reading?.(charging.certify('station').peer, topic)).toBe(false)
  expect(hears.session?.(csms.peer, topic)).toBe(true)
  expect(hears.session?.(rival.peer, topic)).toBe(false)
  await close()
})

test('bad tokens, versions and pages are answered as the standard says, over the wire as well', async () => {
  const ids = { requestId: 'r', correlationId: 'c' }
  const good = writeHeaders(ids, operator.shown())
  const cases: readonly (readonly [string, string, Record<string, string>, readonly unknown[]])[] =
    [
      ['GET', '2.2.1/sender/tokens?limit=2', good, [200, 1_000]],
      ['GET', '2.2.1/sender/tokens/', writeHeaders(ids, 'token-of-nobody-here'), [401, 2_000]],
      ['GET', '2.2.1/sender/tokens?offset=-1', good, [200, 2_001]],
      ['GET', '2.2.1/sender/tokens?date_from=soon', good, [200, 2_001]],
      ['GET', '2.1.1/sender/tokens', good, [404, 2_000]],
      ['PATCH', '2.2.1/sender/tokens', good, [405, 2_000]],
      ['POST', '2.2.1/receiver/cdrs', good, [400, 2_001]],
      ['POST', '2.2.1/credentials', good, [405, 2_000]],
    ]
  for (const [method, path, headers, expected] of cases)
    expect([
      path,
      ...(await operator.raw(method, path, headers, method === 'GET' ? '' : '{')),
    ]).toEqual([path, ...expected])
  // The token of one operator, with the certificate of another.
  const http = httpClient({
    identity: rival,
    trust: { roots: [charging.rootPem] },
    activity: unobserved,
  })
  const url = `https://127.0.0.1:${provider.port}/ocpi/versions`
  expect((await http.request('GET', url, undefined, { headers: good })).status).toBe(401)
  await http.close()
})

test('after a restart the operator is known and told its tokens, what was billed is billed, and no secret is told', async () => {
  await provider.close()
  await start()
  await vi.waitFor(() => expect(tokens).toHaveLength(1), waiting)
  expect(tokens[0]).toMatchObject({ uid: '04A1B2C3', valid: true, party_id: 'ILK' })
  expect(registers.written[0]).toMatchObject({ token: { uid: '04A1B2C3' }, key: null })
  expect(await post(honest)).toMatchObject({ ok: true })
  expect(await post({ ...honest, id: 'C4' })).toHaveProperty(
    'detail',
    expect.stringContaining('SessionReplayed'),
  )
  const trail = readFileSync(`${dir}/data/audit.jsonl`, 'utf8')
  expect(trail).toContain('Disputed')
  expect(trail).not.toContain(operator.shown())
})

test(
  'every door is for the roles of its row, and the console for its own organisation',
  async () => {
    const problems = await wronglyOpen({
      port: provider.port,
      doors: provider.doors,
      root: charging.rootPem,
      hierarchy: 'charging',
      certify: (role) => charging.certify(role, organisation),
      certifyElsewhere: (role) => smartMeter.certify(role, organisation),
      table: {
        'GET /healthz': roles,
        'GET /api/v1/bills': ['web'],
        'GET /api/v1/disputes': ['web'],
        'GET /api/v1/told': ['web'],
        'GET /api/v1/requests': ['web'],
        'GET /api/v1/requests/:id': ['web'],
        'POST /api/v1/commands/:command': ['web'],
        'PUT /api/v1/sessions/:operator/:session/profile': ['web'],
        'DELETE /api/v1/sessions/:operator/:session/profile': ['web'],
        'POST /api/v1/sessions/:operator/:session/active-profile': ['web'],
        'GET /ocpi/*': ['csms'],
        'POST /ocpi/*': ['csms'],
        'PUT /ocpi/*': ['csms'],
        'PATCH /ocpi/*': ['csms'],
        'DELETE /ocpi/*': ['csms'],
      },
    })
    // A certificate alone opens none of OCPI's doors.
    const others = problems.filter((each) => !/turns away csms: 401 .*TokenWrong/.test(each))
    expect(others).toEqual([])
    expect(await console('bills', charging.certify('web'))).toMatchObject({ status: 403 })
  },
  doorsMillisMax,
)
