import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestWeb, Visitor, type TestWeb } from './web.fixture.ts'

/** Every route of both origins, who may use it, and what they are told; nobody else may. */

let web: TestWeb
beforeAll(async () => {
  const run = async () => ({
    controls: 'on' as const,
    commandsSent: 1,
    commandsApplied: 0,
    countersignedStepWatts: 0,
    budgetWatts: 1,
    loadStepWatts: 0,
    loadBeforeWatts: 0,
    loadAfterWatts: 0,
    refusals: { Unsigned: 1 },
  })
  web = await startTestWeb({
    deps: { attack: { controls: 'on', run }, hardware: { press: () => 'ABCD2345' } },
  })
})
afterAll(() => web.close())

const people = ['driver', 'operator', 'regulator', 'lab'] as const
const token = 'x'.repeat(43)
const departure = () => new Date(Date.now() + 8 * 3_600_000).toISOString()

type Row = readonly [
  origin: 'console' | 'arm',
  method: 'GET' | 'POST',
  path: string,
  body: () => object,
  allowed: readonly (typeof people)[number][],
  /** Status for those allowed: 4xx where the thing does not exist, never 401 or 403. */
  status: number,
]
const nothing = () => ({})
const table: readonly Row[] = [
  ['console', 'GET', '/api/street', nothing, people, 200],
  ['console', 'GET', '/api/tariff', nothing, people, 200],
  ['console', 'GET', '/api/knocks', nothing, ['operator'], 200],
  ['console', 'GET', '/api/feeders', nothing, ['operator', 'regulator', 'lab'], 200],
  ['console', 'GET', '/api/feeders/ACACIA-1', nothing, ['operator', 'regulator', 'lab'], 200],
  ['console', 'GET', '/api/open-data', nothing, ['operator', 'regulator', 'lab'], 200],
  [
    'console',
    'POST',
    '/api/knocks/nobody/adoption',
    () => ({ trustMode: 'supervised' }),
    ['operator'],
    404,
  ],
  ['console', 'POST', '/api/attack', nothing, ['lab'], 200],
  [
    'console',
    'POST',
    '/api/simulated/acacia-12/press',
    () => ({ button: 'pair' }),
    ['driver', 'lab'],
    200,
  ],
  [
    'console',
    'POST',
    '/api/stations/acacia-12/goal',
    () => ({ departure: departure(), energyWattHours: 9000 }),
    ['driver'],
    204,
  ],
  [
    'console',
    'POST',
    '/api/hand-overs',
    () => ({ station: 'acacia-12', action: 'charge' }),
    ['driver'],
    201,
  ],
  ['console', 'POST', `/api/hand-overs/${token}/trigger`, nothing, ['driver'], 410],
  ['console', 'POST', '/api/logout', nothing, people, 204],
  ['arm', 'GET', '/api/homes', nothing, ['driver'], 200],
  [
    'arm',
    'POST',
    '/api/errands',
    () => ({ station: 'acacia-12', action: 'stop' }),
    ['driver'],
    201,
  ],
  [
    'arm',
    'POST',
    '/api/owner-keys',
    () => ({ station: 'acacia-12', spki: 'AAAA', mac: 'AAAA' }),
    ['driver'],
    204,
  ],
  ['arm', 'GET', '/api/homes/acacia-12/owner-keys', nothing, ['driver'], 200],
  ['arm', 'GET', '/api/homes/acacia-12/hours', nothing, ['driver'], 200],
  ['arm', 'GET', '/api/homes/acacia-12/guests', nothing, ['driver'], 200],
  [
    'arm',
    'POST',
    '/api/guests',
    () => ({
      station: 'acacia-12',
      guest: { uid: '04A1B2C3', name: 'Zoë', wattHours: 5_000, until: 0, payer: null },
      by: 'AAAA',
      signature: 'AAAA',
      at: 0,
    }),
    ['driver'],
    204,
  ],
  [
    'arm',
    'POST',
    '/api/hours',
    () => ({
      station: 'acacia-12',
      choice: { kind: 'removed' },
      by: 'AAAA',
      signature: 'AAAA',
      at: 0,
    }),
    ['driver'],
    204,
  ],
  [
    'arm',
    'POST',
    '/api/owner-key-revocations',
    () => ({ station: 'acacia-12', spki: 'AAAA', by: 'AAAA', signature: 'AAAA', at: 0 }),
    ['driver'],
    204,
  ],
  [
    'arm',
    'POST',
    '/api/pre-commands',
    () => ({ errand: token, spki: 'AAAA', from: 0, until: 1000 }),
    ['driver'],
    410,
  ],
  ['arm', 'POST', '/api/arms', () => ({ id: token, bytes: 'AAAA' }), ['driver'], 410],
  ['arm', 'POST', '/api/logout', nothing, people, 204],
]

const originOf = (origin: 'console' | 'arm') => (origin === 'console' ? web.consoleUrl : web.armUrl)

test.each(table)('%s %s %s needs a session', async (origin, method, path, body) => {
  const visitor = new Visitor(originOf(origin))
  const sent = method === 'GET' ? undefined : body()
  const { status, body: problem } = await visitor.send(method, path, sent)
  expect([status, problem['reason']]).toEqual([401, 'SignedOut'])
})

test.each(table.flatMap((row) => people.map((person) => [person, ...row] as const)))(
  '%s on %s %s %s',
  async (person, origin, method, path, body, allowed, status) => {
    const visitor = new Visitor(originOf(origin))
    await visitor.signIn(person)
    const answer = await visitor.send(method, path, method === 'GET' ? undefined : body())
    const said = JSON.stringify(answer.body)
    if (allowed.includes(person)) expect(answer.status, said).toBe(status)
    else expect([answer.status, answer.body['reason']]).toEqual([403, 'NotPermitted'])
  },
)

/** Doors without a lock: the page itself, ways to sign in, and whether the server is up. */
const unlocked = [
  'GET /*',
  'GET /healthz',
  'GET /api/session',
  'POST /api/login',
  'GET /login',
  'GET /login/callback',
]
const open = {
  console: unlocked,
  // Its ticket, good once, is what opens it.
  arm: [...unlocked, 'POST /api/hand-over'],
}

test.each(['console', 'arm'] as const)('every door of the %s is in this test', (origin) => {
  const rows = table.filter(([of]) => of === origin).map(([, method, path]) => `${method} ${path}`)
  const named = [...rows, ...(origin === 'console' ? ['GET /api/events'] : [])]
  const doors = web.doors[origin]
  const leadsTo = (door: string, row: string): boolean =>
    new RegExp(`^${door.replaceAll(/:\w+/g, '[^/]+')}$`).test(row)
  const locked = doors.filter((door) => !open[origin].includes(door))
  expect(doors).toEqual(expect.arrayContaining(open[origin]))
  expect(locked.filter((door) => !named.some((row) => leadsTo(door, row)))).toEqual([])
  expect(named.filter((row) => !locked.some((door) => leadsTo(door, row)))).toEqual([])
})

test('a hand-over is taken with its ticket only', async () => {
  const visitor = new Visitor(web.armUrl)
  const { status, body } = await visitor.post('/api/hand-over', { ticket: token })
  expect([status, body['reason']]).toEqual([410, 'HandOverInvalid'])
})

test('the event stream needs a session, and is for every person who has one', async () => {
  const { status } = await new Visitor(web.consoleUrl).get('/api/events')
  expect(status).toBe(401)
  for (const person of people) {
    const visitor = new Visitor(web.consoleUrl)
    await visitor.signIn(person)
    expect(await visitor.opens('/api/events'), person).toBe(200)
  }
})

test('what is in no table does not exist', async () => {
  const visitor = new Visitor(web.consoleUrl)
  await visitor.signIn('demo')
  expect((await visitor.get('/api/pre-commands')).status).toBe(404)
  expect((await visitor.post('/api/arms', { id: token, bytes: 'AAAA' })).status).toBe(404)
  expect((await visitor.get('/arm.html')).status).toBe(404)
})

test('a driver sees and asks for the own home only, and learns nothing of others', async () => {
  const visitor = new Visitor(web.consoleUrl)
  await visitor.signIn('driver')
  const street = await visitor.get('/api/street')
  expect(street.body['stations']).toMatchObject([{ stationId: 'acacia-12', own: true }])
  const other = { station: 'acacia-14', action: 'charge' }
  const unknown = { station: 'nowhere', action: 'charge' }
  const [theirs, none] = [
    await visitor.post('/api/hand-overs', other),
    await visitor.post('/api/hand-overs', unknown),
  ]
  expect(theirs.status).toBe(404)
  expect(theirs.body).toEqual(none.body)
})

test('an operator sees every home and owns none', async () => {
  const visitor = new Visitor(web.consoleUrl)
  await visitor.signIn('operator')
  const { body } = await visitor.get('/api/street')
  expect(body['stations']).toHaveLength(3)
  expect(body['stations']).toMatchObject([{ own: false }, { own: false }, { own: false }])
})

test('without a lab there is no attack to press, and no charger within reach', async () => {
  const plain = await startTestWeb()
  try {
    const visitor = new Visitor(plain.consoleUrl)
    await visitor.signIn('lab')
    expect((await visitor.post('/api/attack')).status).toBe(404)
    const press = { button: 'pair' }
    expect((await visitor.post('/api/simulated/acacia-12/press', press)).status).toBe(404)
    expect(await visitor.load()).not.toHaveProperty('attack')
  } finally {
    await plain.close()
  }
})
