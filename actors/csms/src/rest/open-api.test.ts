import { httpClient, type HttpClient } from '@interlock/host'
import { unobserved } from '@interlock/kernel'
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ofCsms, organisation } from '@interlock/host/identities.fixture'
import { started } from '../fixture/station.fixture.ts'
import { csmsWorld, type CsmsWorld } from '../fixture/world.fixture.ts'
import type { CsmsRunning } from '../start.ts'
import { describeInterface } from './describe.ts'

let world: CsmsWorld
let csms: CsmsRunning
let reader: HttpClient

beforeAll(async () => {
  world = await csmsWorld('open-api')
  const clock = world.clock()
  world.identities.identity('charging', organisation('dso', 'dso', 0x52))
  const group = { group: 'CS-1', feeder: 'ACACIA-1', contractedWatts: 20_000 }
  const operator = {
    name: 'nobody-there',
    certificate: `${world.identities.dirOf('charging', 'dso')}/chain.pem`,
    url: 'https://127.0.0.1:1/oscp/cp/2.0',
    tokenShown: 'token-that-is-shown',
    tokenExpected: 'token-that-is-expected',
    groups: [group],
  }
  const listen = { host: '127.0.0.1', port: 0 }
  const oscp = { listen, origin: 'https://csms.test', heartbeatSeconds: 300 }
  csms = await world.start(clock, { oscp: { ...oscp, operators: [operator] } })
  const identity = world.identities.identity('charging', ofCsms('reader', 'web', 0x51))
  const trust = world.identities.trust('charging')
  reader = httpClient({ identity, trust, activity: unobserved })
  const { endpoint } = await world.connect(csms, 'CS-1')
  const timestamp = '2026-01-05T18:00:00Z'
  const chargingStation = { vendorName: 'Test', model: 'One' }
  await endpoint.call('BootNotification', { reason: 'PowerUp', chargingStation })
  const connector = { connectorStatus: 'Available', evseId: 1, connectorId: 1 } as const
  await endpoint.call('StatusNotification', { timestamp, ...connector })
  await endpoint.call('TransactionEvent', started(clock, 'T-1', 1_000))
  await endpoint.call('TransactionEvent', started(clock, 'T-1', 1_500, 1))
  await endpoint.call('NotifyChargingLimit', {
    evseId: 1,
    chargingLimit: { chargingLimitSource: 'SO', isGridCritical: true },
  })
  await world.connect(csms, 'CS-77').catch(() => {})
})
afterAll(async () => {
  await reader.close()
  await csms.close()
  await world.close()
})

type Operation = { responses: { '2XX': { content: { 'application/json': { schema: TSchema } } } } }
const { paths } = JSON.parse(JSON.stringify(describeInterface())) as {
  paths: Record<string, Record<string, Operation>>
}
const reads = Object.entries(paths).flatMap(([path, { get }]) =>
  get === undefined
    ? []
    : [[path, get.responses['2XX'].content['application/json'].schema] as const],
)
/** Those for which something else would have to be there: a meter's tariff, a station that answers. */
const elsewhere = [
  '/api/v1/tariff',
  '/api/v1/stations/{id}/owner-keys',
  '/api/v1/stations/{id}/charging-hours',
]

test.each(reads.filter(([path]) => !elsewhere.includes(path)))(
  '%s answers as it is described',
  async (path, schema) => {
    const id = path.includes('/knocks/') ? 'CS-77' : 'CS-1'
    const named = path
      .replace('{id}', id)
      .replace('{transactionId}', 'T-1')
      .replace('{group}', 'CS-1')
    const { status, body } = await reader.request('GET', `https://127.0.0.1:${csms.port}${named}`)
    expect(status).toBe(200)
    expect([...Value.Errors(schema, body)]).toEqual([])
  },
)

test('what has come is in the answers', async () => {
  const read = async (path: string) =>
    (await reader.request('GET', `https://127.0.0.1:${csms.port}/api/v1${path}`)).body
  expect(await read('/stations/CS-1')).toMatchObject({ boot: { model: 'One' }, connected: true })
  for (const path of ['evses', 'transactions', 'charging-limits', 'messages']) {
    const { items } = (await read(`/stations/CS-1/${path}`)) as { items: unknown[] }
    expect(items.length, path).toBeGreaterThan(0)
  }
  expect(await read('/stations/CS-1/transactions/T-1')).toMatchObject({ seqNos: [0, 1] })
  const events = '/stations/CS-1/transactions/T-1/events?limit=1'
  const first = (await read(events)) as { items: unknown[]; next: string }
  expect(first).toMatchObject({ items: [{ seqNo: 0, meterValue: [{}] }] })
  const second = await read(`${events}&cursor=${first.next}`)
  expect(second).toMatchObject({ items: [{ seqNo: 1 }], next: null })
  const usage = (query: string) => read(`/stations/CS-1/usage?${query}`)
  expect(await usage('format=csv&until=2026-01-06T00:00:00Z')).toMatch(
    /^station,from,until,import_wh,export_wh,quality\r\n[^\r]*,\d+,0,/,
  )
  expect(await usage('format=greenButton&until=2026-01-06T00:00:00Z')).toContain(
    '<IntervalReading>',
  )
  expect(await usage('token=somebody-else')).toMatchObject({ unit: 'Wh', intervals: [] })
  for (const query of [
    'format=xls',
    'format=constructor',
    'from=yesterday',
    'from=2020-01-01T00:00:00Z',
    'until=2026-01-06T00:00:00',
    'until=2026-01-06T00:00:00Z&until=2026-01-07T00:00:00Z',
    'from=2026-01-07T00:00:00Z&until=2026-01-06T00:00:00Z',
    'token=%00',
  ])
    expect(await usage(query), query).toMatchObject({ reason: 'BodyInvalid' })
  for (const query of [
    'until=0000-01-02T00:00:00Z',
    'until=9999-12-31T23:59:59-12:00',
    `token=${'%F0%9F%9A%97'.repeat(64)}`,
  ])
    expect(await usage(query), query).toMatchObject({ unit: 'Wh' })
  const contract = { watts: 20_000, source: 'contract' }
  expect(await read('/capacity/CS-1')).toMatchObject({ ...contract, agreed: false })
  expect(await read('/knocks')).toMatchObject({ items: [{ id: 'CS-77' }], next: null })
})

test('a cursor that is none of ours is refused', async () => {
  const { port } = csms
  const cursors = ['1.5/x', 'Infinity/x', '1e300/x', '99999999999/', 'x'].map(btoa)
  for (const list of ['transactions', 'transactions/T-1/events'])
    for (const cursor of cursors) {
      const url = `https://127.0.0.1:${port}/api/v1/stations/CS-1/${list}?cursor=${cursor}`
      expect((await reader.request('GET', url)).status, `${list} ${cursor}`).toBe(400)
    }
})
