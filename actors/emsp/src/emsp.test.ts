import { readFileSync } from 'node:fs'
import { cdrWith, tariff, values } from '@interlock/billing/operator.fixture'
import { httpClient } from '@interlock/host'
import { actorOrigin, invitation } from '@interlock/host/ocpi-party.fixture'
import { instant, roles, unobserved } from '@interlock/kernel'
import { writeHeaders, type AuthorizationInfo, type Cdr } from '@interlock/ocpi'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { testHierarchy } from '../../../tools/doors/hierarchy.ts'
import { doorsMillisMax, wronglyOpen } from '../../../tools/doors/wrongly-open.ts'
import { openByTopic, recordOf } from './by-topic.fixture.ts'
import { disputesMax } from './data/bills.ts'
import { honestUnder, lies } from './lies.fixture.ts'
import { startEmsp } from './start.ts'
import { deps, openEmspWorld, type EmspWorld } from './world.fixture.ts'

let world: EmspWorld
let operator: EmspWorld['operator']
let registers: EmspWorld['registers']
beforeAll(async () => {
  world = await openEmspWorld()
  ;({ operator, registers } = world)
})
afterAll(() => world.close())

const waiting = { timeout: 30_000, interval: 20 }
const itemsOf = async (path: string) =>
  ((await world.console(path)).body as { items: readonly Record<string, unknown>[] }).items

test('an operator registers by its invitation, and not by another', async () => {
  const good = writeHeaders({ requestId: 'r', correlationId: 'c' }, invitation)
  const bad = writeHeaders({ requestId: 'r', correlationId: 'c' }, `${invitation}-x`)
  expect(await operator.raw('GET', 'versions', bad)).toEqual([401, 2_000])
  expect(await operator.raw('GET', 'versions', good)).toEqual([200, 1_000])
  expect(await operator.begin()).toEqual({ ok: true, value: undefined })
  expect(await operator.send('GET', 'versions')).toMatchObject({ ok: true })
  expect(await operator.raw('GET', 'versions', good)).toEqual([401, 2_000])
})

let honest = cdrWith()
test('a driver is authorised by the contract, and nobody else is', async () => {
  const ask = async (uid: string, body?: object) => {
    const answer = await operator.send('POST', `2.2.1/sender/tokens/${uid}/authorize`, body)
    if (answer.ok && uid === '04a1b2c3') honest = honestUnder(answer.value as AuthorizationInfo)
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
    const refused = await post({ ...cdr(), id: `LIE-${at}` })
    const detail = expect.stringContaining(`${reason}, at fault: ${atFault}`) as string
    expect([what, refused]).toMatchObject([what, { ok: false, reason: 'Status2001', detail }])
    const dispute = { record: `NL*CPO*LIE-${at}`, reason, atFault }
    expect((await itemsOf('disputes'))[0]).toMatchObject(dispute)
  }
  // However often, in other words each time, it is refused; it is kept sixteen times.
  const lie = () => cdrWith(values().toSpliced(1, 1))
  for (let at = 0; at < 20; at++)
    expect(await post({ ...lie(), id: 'LIE-0', remark: `${at}` })).toMatchObject({ ok: false })
  const kept = (await itemsOf('disputes')).filter(({ record }) => record === 'NL*CPO*LIE-0')
  expect(kept).toHaveLength(disputesMax.ofRecord)
  const there = (await itemsOf('disputes')).length
  const { disputeOf, close } = await openByTopic(world.config, world.csms.peer.eui)
  for (const most of [1, 1, 2]) await disputeOf(lie(), there + most)
  expect(await itemsOf('disputes')).toHaveLength(there + 2)
  await close()
  expect(await itemsOf('bills')).toEqual([])
})

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

  const isNot = async (cdr: Cdr, reason: string) =>
    expect(await post(cdr)).toHaveProperty(
      'detail',
      expect.stringContaining(`${reason}, at fault: operator`),
    )
  await isNot({ ...honest, id: 'C2' }, 'SessionReplayed')
  const again = { ...cdrWith(values({}, 11)), id: 'C5' }
  const { authorization_reference: used = '' } = honest
  for (const authorization_reference of [used, used.toUpperCase()])
    await isNot({ ...again, authorization_reference }, 'ReferenceUsed')
  await isNot({ ...honest, remark: 'edited' }, 'RecordReplayed')
  const stranger = { ...honest, id: 'C3' }
  const token = { ...stranger.cdr_token, uid: 'NOBODY' }
  expect(await post({ ...stranger, cdr_token: token })).toMatchObject({ reason: 'Http404' })
  expect(await post({ ...stranger, party_id: 'XXX' })).toMatchObject({ reason: 'Http404' })
  expect(await itemsOf('bills')).toEqual(bills)
})

const order = async (method: string, path: string, body?: object) => {
  const web = world.charging.certify('web', world.organisation)
  const answer = await world.console(path, web, method, body)
  return { ...(answer.body as Record<string, unknown>), http: answer.status }
}
/** The operator tells an outcome where it was asked to. */
const tell = (result: object, at = world.asked.at(-1)) =>
  operator.send('POST', new URL(at?.[1].response_url ?? '').pathname.slice('/ocpi/'.length), result)

test('the desk starts a charge for a driver who may charge there, and is told how it came out', async () => {
  const start = { operator: operator.row.name, uid: '04A1B2C3', location: 'L1' }
  const started = await order('POST', 'commands/START_SESSION', start)
  expect(started).toMatchObject({ answer: 'ACCEPTED', result: 'PENDING', what: 'START_SESSION' })
  expect(world.asked.at(-1)).toMatchObject([
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
  // A slash in a name is none of the address.
  const odd = { ...tariff, id: 'T/1' }
  expect(await operator.send('PUT', `${at}/CPO/T%2F1`, odd)).toMatchObject({ ok: true })
  expect(await operator.send('GET', `${at}/CPO/T/1`)).toMatchObject({ reason: 'Http404' })
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
  expect(await itemsOf('sessions')).toEqual([{ ...session, ...part }])
})

test('of what is said by topic only our drivers’ readings are kept, each once, by whoever may say it', async () => {
  const { charging, config, csms } = world
  const station = charging.certify('station').peer
  const { say, hears, proved, topic, close } = await openByTopic(config, station.eui)
  const ours = { transaction: 'T1', record: recordOf('04a1b2c3') }
  for (const seq of [1, 1]) await say(seq, ours)
  await say(2, { transaction: 'T2', record: recordOf('NOBODY') })
  expect(await itemsOf('told')).toMatchObject([{ author: station.eui, sequence: 1, payload: ours }])
  const session = { transaction: 'T1', evse: 1, state: 'ended', at: 1, wattHours: 5 }
  for (const seq of [1, 1]) await say(seq, session, 'session')
  expect(await itemsOf('told')).toHaveLength(2)
  expect(proved).toEqual([1, 1, 1, 1])
  expect(hears.reading?.(station, topic)).toBe(true)
  expect(hears.reading?.(charging.certify('station').peer, topic)).toBe(false)
  expect(hears.session?.(csms.peer, topic)).toBe(true)
  // Any other operator; and ours, of a station that nobody said is its own.
  expect(hears.session?.(charging.certify('csms').peer, topic)).toBe(false)
  expect(hears.session?.(csms.peer, { ...topic, id: csms.peer.eui })).toBe(false)
  await close()
})

test('what came in one millisecond is read page by page, each once; what is over is forgotten, by age and by count', async () => {
  const author = world.charging.certify('station').peer.eui
  const { told, take, close } = await openByTopic(world.config, author)
  const at = instant(Date.parse('2026-01-12T20:00:00.123Z'))
  for (const seq of [1, 2, 3, 4, 5]) await take(seq, at)
  const seen: unknown[] = []
  let before: number | null | undefined
  do {
    const page: Awaited<ReturnType<typeof told.list>> = await told.list(2, before ?? undefined)
    seen.push(...page.items)
    // What comes meanwhile moves nothing to the next page.
    await take(10 + seen.length, at)
    before = page.next
  } while (before !== null)
  const mine = seen.filter((each) => (each as { author: string }).author === author)
  expect(mine.map((each) => (each as { sequence: number }).sequence)).toEqual([5, 4, 3, 2, 1])

  await take(90, instant(at + 1))
  await told.prune(instant(at + 1), 100)
  const left = async () =>
    (await told.list(100)).items.map((each) => (each as { sequence: number }).sequence)
  expect(await left()).not.toContain(5)
  expect(await left()).toContain(90)
  await take(91, instant(at + 2))
  await told.prune(at, 1)
  expect(await left()).toEqual([91])
  expect(await world.console('told?before=soon')).toMatchObject({ status: 400 })
  await close()
})

test('no object is lost or doubled between two pages, of equal times and while objects change', async () => {
  const { objects, close } = await openByTopic(world.config, world.organisation)
  const at = instant(Date.parse('2026-01-12T20:00:00.123Z'))
  const put = (id: string, lastUpdated: typeof at, module = 'paged') =>
    objects.put({ module, owner: 'NL*CPO', id, lastUpdated, object: id })
  for (const id of ['A', 'B', 'C', 'D', 'E']) await put(id, at)
  const window = { offset: 0, limit: 2, from: at, to: instant(at + 1) }
  const first = await objects.list('paged', window)
  expect(first).toMatchObject({ objects: ['A', 'B'], total: 5 })
  // It leaves the window meanwhile: whoever counts from the front misses C now.
  await put('A', instant(at + 1))
  expect(await objects.list('paged', { ...window, offset: 2 })).toMatchObject({
    objects: ['D', 'E'],
  })
  const second = await objects.list('paged', { ...window, after: first.next ?? 0 })
  const third = await objects.list('paged', { ...window, after: second.next ?? 0 })
  expect([second.objects, third.objects, third.next]).toEqual([['C', 'D'], ['E'], null])
  // To the millisecond: what is of the end belongs to the next window.
  const after = { offset: 0, limit: 2, from: instant(at + 1) }
  expect(await objects.list('paged', after)).toMatchObject({ objects: ['A'], total: 1 })

  for (const id of ['R1', 'R2', 'R3'])
    for (const module of ['requests', 'answers', 'results']) await put(id, at, module)
  const kept = { module: 'requests', owner: 'NL*CPO', alongside: ['answers', 'results'] }
  await objects.prune({ ...kept, before: at, countMax: 2 })
  const left = async (module: string) =>
    (await objects.list(module, { offset: 0, limit: 9 })).objects
  for (const module of ['requests', 'answers', 'results'])
    expect(await left(module)).toEqual(expect.arrayContaining(['R2', 'R3']))
  expect(await left('results')).not.toContain('R1')
  await objects.prune({ ...kept, before: instant(at + 1), countMax: 2 })
  expect(await left('answers')).not.toContain('R2')

  // What is open, or waits to be told, is over for nobody; the rest goes batch by batch.
  const odd = { module: 'over', owner: 'NL*CPO', lastUpdated: at }
  for (const id of ['o1', 'O10', 'O2', 'O3'])
    await objects.put({ ...odd, id, object: { id, state: id === 'O3' ? 'open' : 'shut' } })
  await objects.put({ ...odd, module: 'queue', id: 'over/O1/now', object: {} })
  const over = {
    ...odd,
    before: instant(at + 1),
    unless: { member: 'state', is: ['open'] },
    waits: { in: 'queue', as: ['other', 'over'] },
    countMax: 1,
  }
  expect(await objects.forget({ ...over, before: at })).toBe(0)
  for (const gone of [1, 1, 0]) expect(await objects.forget(over)).toBe(gone)
  const those = (await objects.list('over', { offset: 0, limit: 9 })).objects
  expect(those).toMatchObject([{ id: 'o1' }, { id: 'O3' }])
  expect(
    await objects.forget({ module: 'over', owner: 'NL*CPO', before: over.before, countMax: 9 }),
  ).toBe(2)
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
    identity: world.charging.certify('csms'),
    trust: { roots: [world.charging.rootPem] },
    activity: unobserved,
  })
  const url = `https://127.0.0.1:${world.provider().port}/ocpi/versions`
  expect((await http.request('GET', url, undefined, { headers: good })).status).toBe(401)
  await http.close()
})

test('after a restart the operator is known and told its tokens, what was billed is billed, and no secret is told', async () => {
  const { tokens, dir } = world
  await world.restart()
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

test('a start without its port leaves nothing open; what a card was blocked for counts before operators hear of it', async () => {
  const { config, organisation, tokens, provider } = world
  const listen = { host: '127.0.0.1', port: provider().port }
  const beside = { ...config, listen, data: `${config.data}/beside` }
  // Twice: what the first had opened would be in the way of the second.
  for (const _ of [1, 2])
    await expect(startEmsp(beside, deps)).rejects.toMatchObject({ code: 'PortTaken' })
  const { objects, close } = await openByTopic(config, organisation)
  const at = instant(Date.parse('2026-01-02T00:00:00Z'))
  const block = { uid: '04A1B2C3', kind: 'ClonedCard', at }
  const name = { module: 'card-blocks', owner: 'NL*ILK', id: block.uid }
  await objects.put({ ...name, lastUpdated: at, object: block })
  tokens.length = 0
  await world.restart()
  await vi.waitFor(() => expect(tokens.length).toBeGreaterThan(1), waiting)
  expect(tokens.map(({ valid }) => valid)).not.toContain(true)
  await close()
})

test(
  'every door is for the roles of its row, and the console for its own organisation',
  async () => {
    const { charging, organisation, console } = world
    const smartMeter = testHierarchy('smartMeter')
    const { port, doors } = world.provider()
    const problems = await wronglyOpen({
      port,
      doors,
      root: charging.rootPem,
      hierarchy: 'charging',
      certify: (role) => charging.certify(role, organisation),
      certifyElsewhere: (role) => smartMeter.certify(role, organisation),
      table: {
        'GET /healthz': roles,
        'GET /api/v1/bills': ['web'],
        'GET /api/v1/disputes': ['web'],
        'GET /api/v1/told': ['web'],
        'GET /api/v1/dead-letters': ['web'],
        'GET /api/v1/sessions': ['web'],
        'GET /api/v1/requests': ['web'],
        'GET /api/v1/requests/:id': ['web'],
        'POST /api/v1/commands/:command': ['web'],
        'PUT /api/v1/sessions/:operator/:session/profile': ['web'],
        'DELETE /api/v1/sessions/:operator/:session/profile': ['web'],
        'POST /api/v1/sessions/:operator/:session/active-profile': ['web'],
        'GET /api/v1/sessions/:operator/:session/active-profile': ['web'],
        ...Object.fromEntries(
          ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((each) => [`${each} /ocpi/*`, ['csms']]),
        ),
      },
    })
    // A certificate alone opens none of OCPI's doors.
    const others = problems.filter((each) => !/turns away csms: 401 .*TokenWrong/.test(each))
    expect(others).toEqual([])
    expect(await console('bills', charging.certify('web'))).toMatchObject({ status: 403 })
  },
  doorsMillisMax,
)
