import { httpClient, type HttpClient } from '@interlock/host'
import { roles, unobserved, type Role } from '@interlock/kernel'
import { actions } from '@interlock/ocpp'
import { profileRow } from '@interlock/pki'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { doorsMillisMax, wronglyOpen } from '../../../tools/doors/wrongly-open.ts'
import { ofCsms, organisation, type Subject } from '@interlock/host/identities.fixture'
import { csmsWorld, type CsmsWorld } from './fixture/world.fixture.ts'
import type { Api } from './rest/api.ts'
import { ofStations } from './rest/command-endpoints.ts'
import { describeInterface } from './rest/describe.ts'
import { endpointsOf } from './rest/endpoints.ts'
import { openDoors } from './rest/open-doors.ts'
import { stateResources } from './rest/state-endpoints.ts'
import type { CsmsRunning } from './start.ts'

let world: CsmsWorld
let csms: CsmsRunning
/** By role: people and servers of the CSMS's own organisation, and those of others. */
const clients = new Map<Role, HttpClient>()
const strangers = new Map<Role, HttpClient>()
const serverRoles = profileRow('chargingOrganisation').roles

beforeAll(async () => {
  world = await csmsWorld('authorisation')
  csms = await world.start(world.clock())
  for (const role of serverRoles) {
    const number = 0x40 + roles.indexOf(role)
    const client = (subject: Subject) => {
      const identity = world.identities.identity('charging', subject)
      return httpClient({
        identity,
        trust: world.identities.trust('charging'),
        activity: unobserved,
      })
    }
    clients.set(role, client(ofCsms(`as-${role}`, role, number)))
    strangers.set(role, client(organisation(`stranger-${role}`, role, number)))
  }
})
afterAll(async () => {
  for (const each of [...clients.values(), ...strangers.values()]) await each.close()
  await csms.close()
  await world.close()
})

/** What anyone with a certificate of our root may read. */
const open = ['GET /healthz', 'GET /openapi.json']

type Row = readonly ['GET' | 'POST' | 'PUT' | 'DELETE', string, number, ...Role[]]

/** Method, path, and what its handler answers to the roles that may call it, with an empty body. */
const table: readonly Row[] = [
  ['GET', '/api/v1/stations', 200, 'web'],
  ['GET', '/api/v1/stations/:id', 200, 'web'],
  ['GET', '/api/v1/tariff', 404, 'web'],
  ['GET', '/api/v1/knocks', 200, 'maintainer', 'web'],
  ['GET', '/api/v1/knocks/:id', 404, 'maintainer', 'web'],
  ['POST', '/api/v1/stations/:id/goal', 400, 'web'],
  ['POST', '/api/v1/stations/:id/triggers', 400, 'web'],
  ['GET', '/api/v1/stations/:id/owner-keys', 503, 'web'],
  ['POST', '/api/v1/stations/:id/owner-keys', 400, 'web'],
  ['POST', '/api/v1/stations/:id/owner-key-revocations', 400, 'web'],
  ['GET', '/api/v1/stations/:id/charging-hours', 503, 'web'],
  ['POST', '/api/v1/stations/:id/charging-hours', 400, 'web'],
  ['POST', '/api/v1/stations/:id/provider', 400, 'web'],
  ['GET', '/api/v1/stations/:id/guests', 200, 'web'],
  ['POST', '/api/v1/stations/:id/guests', 400, 'web'],
  ['POST', '/api/v1/stations/:id/commands/:action', 400, 'maintainer'],
  ...[...Object.keys(stateResources), 'local-list', 'transactions', 'messages'].map((path): Row => [
    'GET',
    `/api/v1/stations/:id/${path}`,
    200,
    'web',
  ]),
  ['GET', '/api/v1/stations/:id/usage', 200, 'web'],
  ['GET', '/api/v1/stations/:id/transactions/:transactionId', 404, 'web'],
  ['GET', '/api/v1/stations/:id/transactions/:transactionId/events', 404, 'web'],
  ['GET', '/api/v1/messages', 200, 'web'],
  ['GET', '/api/v1/tokens', 200, 'web'],
  ['PUT', '/api/v1/tokens', 400, 'maintainer'],
  ['DELETE', '/api/v1/tokens/:type/:idToken', 404, 'maintainer'],
  ['PUT', '/api/v1/stations/:id/boot-policy', 400, 'maintainer'],
  ['POST', '/api/v1/knocks/:id/adoption', 404, 'maintainer', 'web'],
  ['GET', '/api/v1/capacity', 200, 'web'],
  ['GET', '/api/v1/dead-letters', 200, 'web'],
  ['GET', '/api/v1/capacity/:group', 404, 'web'],
]
/** What a CSMS sends; the rest of the actions only a station does. */
const commanded = actions.filter((action) => !ofStations.has(action))

const urlOf = (path: string): string =>
  `https://127.0.0.1:${csms.port}${path.replace(':id', 'CS-1').replace(':action', 'Reset')}`

type Operation = { readonly 'x-roles': readonly Role[]; readonly 'x-organisation': string }
/** Every endpoint of the OpenAPI document, made from the rows that serve it. */
const described = Object.entries(
  (describeInterface() as { paths: Record<string, Record<string, Operation>> }).paths,
).flatMap(([path, operations]) =>
  Object.entries(operations).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path.replaceAll(/\{([A-Za-z]+)\}/g, ':$1')}`,
    roles: operation['x-roles'],
    organisation: operation['x-organisation'],
  })),
)

test('every endpoint of the OpenAPI document is in the table of this test, with its role', () => {
  const documented = described.map(({ name, roles: of }) => [name, [...of]])
  const tested = [
    ...table.map(([method, url, , ...permitted]) => [`${method} ${url}`, permitted]),
    ...open.map((name) => [name, [...roles]]),
  ]
  const byName = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).sort()
  expect(byName(documented)).toEqual(byName(tested))
})

test('the document that is served is the one of this test', async () => {
  const served = await clients.get('web')?.request('GET', urlOf('/openapi.json'))
  expect(served?.body).toEqual(JSON.parse(JSON.stringify(describeInterface())))
})

test.each(commanded)('%s is commanded by the maintainer alone', async (action) => {
  const url = urlOf('/api/v1/stations/:id/commands/:action').replace('/Reset', `/${action}`)
  // One door for all actions: that no other role passes it either is shown below.
  for (const each of ['maintainer', 'web'] as const) {
    const status = (await clients.get(each)?.request('POST', url, {}))?.status ?? 0
    // Without what it needs it is refused by its shape; with it the station would have to be there.
    expect(each === 'maintainer' ? [400, 503] : [403], each).toContain(status)
  }
})

test('what happens is watched by the web server alone', async () => {
  for (const each of serverRoles.filter((role) => role !== 'web')) {
    const answer = await clients.get(each)?.request('GET', urlOf('/api/v1/events'))
    expect(answer?.status, each).toBe(403)
  }
})

for (const [method, path, status, ...permitted] of table)
  test(`${method} ${path} answers its roles`, async () => {
    const body = method === 'POST' || method === 'PUT' ? {} : undefined
    for (const each of permitted) {
      const answer = await clients.get(each)?.request(method, urlOf(path), body)
      expect(answer?.status, each).toBe(status)
    }
  })

const certifyUnder = (hierarchy: 'charging' | 'smartMeter') => (role: Role) => {
  const subject = ofCsms(`door-${role}`, role, 0x80 + roles.indexOf(role))
  return world.identities.identity(hierarchy, subject)
}

test(
  'what the server has registered is the rows of the interface and the stream, for their roles',
  async () => {
    const rows = endpointsOf({ once: (handle) => handle } as Api)
    const problems = await wronglyOpen({
      port: csms.port,
      doors: csms.doors,
      root: world.identities.authorities.charging.root.certificatePem,
      hierarchy: 'charging',
      certify: certifyUnder('charging'),
      certifyElsewhere: certifyUnder('smartMeter'),
      table: {
        ...Object.fromEntries(rows.map((row) => [`${row.method} ${row.url}`, row.roles])),
        'GET /api/v1/events': ['web'],
      },
    })
    expect(problems).toEqual([])
  },
  doorsMillisMax,
)

test('without a certificate of ours nothing is answered', async () => {
  const stranger = httpClient({ trust: world.identities.trust('charging'), activity: unobserved })
  const description = ['GET', '/openapi.json', 0] as const
  const events = ['GET', '/api/v1/events', 0] as const
  for (const [method, path] of [...table, ['GET', '/healthz', 0] as const, description, events]) {
    const body = method === 'POST' || method === 'PUT' ? {} : undefined
    expect((await stranger.request(method, urlOf(path), body)).status, path).toBe(401)
  }
  await stranger.close()
})

test('only what says nothing of stations or people is for any organisation, and is described so', () => {
  expect(openDoors).toEqual(open)
  for (const { name, organisation: whose } of described)
    expect(whose, name).toBe(open.includes(name) ? 'any' : 'own')
})

test('a console and a maintainer of another organisation are turned away at every other door that is there, and told why', async () => {
  const rows: Record<string, readonly Role[]> = Object.fromEntries([
    ...table.map(([method, path, , ...permitted]) => [`${method} ${path}`, permitted] as const),
    ['GET /api/v1/events', ['web']],
  ])
  const doors = csms.doors.filter((door) => !open.includes(door))
  expect(doors.toSorted()).toEqual(Object.keys(rows).toSorted())
  for (const door of doors)
    for (const role of rows[door] ?? []) {
      const [method, path] = door.split(' ') as [Row[0], string]
      const body = method === 'POST' || method === 'PUT' ? {} : undefined
      expect(await strangers.get(role)?.request(method, urlOf(path), body), door).toMatchObject({
        status: 403,
        body: { reason: 'NotPermitted', detail: `of role ${role}, and of another organisation` },
      })
    }
})

test('health is for anyone with a certificate of ours', async () => {
  expect((await strangers.get('emsp')?.request('GET', urlOf('/healthz')))?.status).toBe(200)
})

test('an unknown station, an unknown action and a station that is offline are named', async () => {
  const web = clients.get('web')
  const post = (path: string, body: object) =>
    clients.get('maintainer')?.request('POST', urlOf(path), body)
  expect(await web?.request('GET', urlOf('/api/v1/stations/CS-99'))).toMatchObject({ status: 404 })
  expect(await post('/api/v1/stations/:id/commands/Nothing', {})).toMatchObject({ status: 404 })
  expect(await post('/api/v1/stations/:id/commands/Reset', { type: 'OnIdle' })).toMatchObject({
    status: 503,
    body: { reason: 'StationOffline' },
  })
})
