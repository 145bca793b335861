import { openHttpServer, silentLog, type Endpoint } from '@interlock/host'
import { unobserved, type Role } from '@interlock/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testHierarchy } from './hierarchy.ts'
import { wronglyOpen, type DoorTable } from './wrongly-open.ts'

const charging = testHierarchy('charging')
const smartMeter = testHierarchy('smartMeter')
let server: Awaited<ReturnType<typeof openHttpServer>>
let port: number

beforeAll(async () => {
  server = await openHttpServer({
    name: 'doors',
    listen: { host: '127.0.0.1', port: 0 },
    identity: charging.certify('csms'),
    trust: { roots: [charging.rootPem] },
    activity: unobserved,
    log: silentLog,
  })
  const row = (method: Endpoint['method'], url: string, roles: readonly Role[]): Endpoint => ({
    method,
    url,
    roles,
    handle: () => ({ status: 200, body: {} }),
  })
  server.route(row('GET', '/read/:id', ['web', 'csms']))
  server.route(row('POST', '/write', ['maintainer']))
  server.events('/events', ['web'], () => () => {})
  port = await server.listen()
})
afterAll(() => server.close())

const right: DoorTable = {
  'GET /read/:id': ['web', 'csms'],
  'POST /write': ['maintainer'],
  'GET /events': ['web'],
}
const problems = (table: DoorTable) =>
  wronglyOpen({
    port,
    doors: server.doors,
    root: charging.rootPem,
    table,
    hierarchy: 'charging',
    certify: (role) => charging.certify(role),
    certifyElsewhere: (role) => smartMeter.certify(role),
  })

test('a table that is right gives no problem', async () => {
  expect(await problems(right)).toEqual([])
})

test('a door without a row and a row without a door are told, a stream as well', async () => {
  const { 'GET /events': _, ...without } = right
  expect(await problems({ ...without, 'GET /gone': ['web'] })).toEqual([
    'GET /events is in no row of the table',
    'GET /gone is in the table, and there is no such door',
    expect.stringContaining('GET /events lets in web'),
  ])
})

test('a role too many and a role too few are told, a stream as well', async () => {
  const wrong = { ...right, 'GET /read/:id': ['web'], 'GET /events': ['web', 'csms'] } as const
  expect(await problems(wrong)).toEqual([
    expect.stringContaining('GET /read/:id lets in csms: 200'),
    expect.stringContaining('GET /events turns away csms: 403'),
  ])
})
