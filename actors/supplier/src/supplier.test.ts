import { readFileSync } from 'node:fs'
import {
  ensureDir,
  httpClient,
  openJournal,
  saveIdentity,
  writeAtomic,
  type Identity,
} from '@interlock/host'
import { instant, toIso, unobserved } from '@interlock/kernel'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { actorPlace, quietDeps } from '../../../tools/doors/actor-place.ts'
import { testHierarchy } from '../../../tools/doors/hierarchy.ts'
import { doorsMillisMax, wronglyOpen } from '../../../tools/doors/wrongly-open.ts'
import { startSupplier, type SupplierRunning } from './supplier.ts'

const smartMeter = testHierarchy('smartMeter')
const charging = testHierarchy('charging')
const own = smartMeter.certify('supplier')
const { dir, root, config: common } = actorPlace(own, smartMeter.rootPem)
const { organisation } = own.peer
const customer = '02-00-00-00-00-00-00-31'
const halfHour = 1_800_000
/** Two half-hours that are over. */
const today = Math.floor(Date.now() / 86_400_000) * 86_400_000
const lastDay = { from: today - 86_400_000, until: today, wattHours: 7_000 }
const usedFrom = Math.floor(Date.now() / halfHour) * halfHour - 4 * halfHour
let supplier: SupplierRunning

beforeAll(async () => {
  writeAtomic(`${dir}/dcc.pem`, smartMeter.certify('dcc').chainPem, 0o644)
  const member = charging.certify('supplier', organisation)
  saveIdentity(`${dir}/charging`, member.keyPem, member.chainPem)
  writeAtomic(`${dir}/charging.pem`, charging.rootPem, 0o644)
  ensureDir(common.data)
  const read = openJournal(`${common.data}/half-hours.journal`)
  read.append({ home: customer, consumption: { from: usedFrom, wattHours: [1_000, 3_000] } })
  read.close()
  const totals = openJournal(`${common.data}/totals.journal`)
  totals.append({ home: customer, purpose: 'daily', total: lastDay })
  totals.close()
  const config = {
    ...common,
    actor: 'supplier',
    name: 'Supplier',
    trust: { smartMeter: root, charging: `${dir}/charging.pem` },
    // Nobody is there: what is sent to a meter is in the audit trail, and comes back as a problem.
    dcc: 'https://127.0.0.1:1',
    dccCertificate: `${dir}/dcc.pem`,
    meters: ['02-00-00-00-00-00-00-99'],
    clocks: [],
    clockMinutes: 360,
    keptDays: 62,
    chargingIdentity: `${dir}/charging`,
    // Away as well: what was read before is what there is.
    middleware: {
      accessPoint: 'https://127.0.0.1:1',
      keys: 'https://127.0.0.1:1',
      keyServer: '02-00-00-00-00-00-00-98',
    },
    customers: [
      {
        feeder: 'f1',
        station: customer,
        csms: '02-00-00-00-00-00-00-97',
        reads: ['halfHourly' as const, 'daily' as const, 'monthly' as const],
      },
    ],
  }
  supplier = await startSupplier(config, quietDeps)
})
afterAll(() => supplier.close())

const clientOf = (identity: Identity) =>
  httpClient({ identity, trust: { roots: [smartMeter.rootPem] }, activity: unobserved })
const order = { prices: [{ from: '2026-01-05T18:00:00Z', pencePerKilowattHour: 21.5 }] }
const publish = async (identity: Identity) => {
  const client = clientOf(identity)
  const url = `https://127.0.0.1:${supplier.port}/api/v1/tariffs`
  const answer = await client.request('POST', url, order)
  await client.close()
  return answer
}
const trail = (): string => readFileSync(`${dir}/data/audit.jsonl`, 'utf8')

test(
  'every door is for the roles of its row, over every role and without a certificate',
  async () => {
    const problems = await wronglyOpen({
      port: supplier.port,
      doors: supplier.doors,
      root: smartMeter.rootPem,
      hierarchy: 'smartMeter',
      certify: (role) => smartMeter.certify(role, organisation),
      certifyElsewhere: (role) => charging.certify(role, organisation),
      table: {
        'GET /healthz': ['supplier', 'dcc', 'csms', 'dsrsp', 'supervisor', 'web'],
        'POST /api/v1/tariffs': ['supplier'],
        'POST /api/v1/tariff-documents': ['supplier'],
        'POST /api/v1/devices/:eui/auxiliary-load': ['supplier'],
        'POST /api/v1/devices/:eui/calendar': ['supplier'],
        'POST /api/v1/devices/:eui/offset-limit': ['supplier'],
        'POST /api/v1/devices/:eui/firmware': ['supplier'],
        'POST /api/v1/devices/:eui/notification': ['supplier'],
        'POST /api/v1/devices/:eui/local-response': ['supplier'],
        'DELETE /api/v1/devices/:eui': ['supplier'],
        'GET /api/v1/devices/:eui/consumption': ['supplier'],
        'GET /api/v1/devices/:eui/settlement': ['supplier'],
        'GET /api/v1/devices/:eui/controllers': ['supplier'],
        'GET /api/v1/devices/:eui/controllers/operation': ['supplier'],
        'POST /api/v1/dcc-alerts': ['dcc'],
        'GET /api/v1/customers/:station/bill': ['supplier'],
        'GET /api/v1/customers/:station/usage': ['supplier'],
        'GET /api/v1/customers/:station/settlement': ['supplier'],
        'GET /api/v1/dead-letters': ['supplier'],
        'GET /api/v1/events': ['web'],
      },
    })
    expect(problems).toEqual([])
  },
  doorsMillisMax,
)

test("another supplier, and a web vendor, publish nothing in this supplier's name", async () => {
  const refusal = { status: 403, body: { reason: 'NotPermitted' } }
  expect(await publish(smartMeter.certify('supplier'))).toMatchObject(refusal)
  expect(trail()).toContain('TariffRefused')
  expect(await publish(smartMeter.certify('web'))).toMatchObject(refusal)
  expect(await publish(smartMeter.certify('web', organisation))).toMatchObject(refusal)
  expect(trail()).not.toContain('TariffSent')
})

test('its own people publish a tariff, and the console hears of it', async () => {
  const heard: unknown[] = []
  const console = clientOf(smartMeter.certify('web'))
  console.events(`https://127.0.0.1:${supplier.port}/api/v1/events`, (event) => heard.push(event))
  await vi.waitFor(
    async () => {
      expect(await publish(smartMeter.certify('supplier', organisation))).toMatchObject({
        status: 200,
        body: { meters: [{ problem: 'PeerUnavailable' }] },
      })
      expect(heard).toContainEqual(expect.objectContaining({ actor: 'supplier', kind: 'state' }))
    },
    { timeout: 20_000, interval: 200 },
  )
  expect(trail()).toContain('TariffSent')
  await console.close()
})

test('whole days and months of a customer are shown to its own people alone', async () => {
  const ask = async (identity: Identity, station = customer) => {
    const client = clientOf(identity)
    const url = `https://127.0.0.1:${supplier.port}/api/v1/customers/${station}/usage`
    const answer = await client.request('GET', url)
    await client.close()
    return answer
  }
  const people = smartMeter.certify('supplier', organisation)
  const { from, until, wattHours } = lastDay
  expect(await ask(people)).toMatchObject({
    status: 200,
    body: {
      station: customer,
      daily: [{ from: toIso(instant(from)), until: toIso(instant(until)), wattHours }],
      monthly: [],
    },
  })
  expect(trail()).toContain('UsageRead')
  expect(await ask(people, '02-00-00-00-00-00-00-32')).toMatchObject({ status: 404 })
  expect(await ask(smartMeter.certify('supplier'))).toMatchObject({ status: 403 })
  expect(trail()).toContain('UsageRefused')
})

test('what a customer used is billed by what was published, for its own people alone', async () => {
  const at = (count: number): string => toIso(instant(usedFrom + count * halfHour))
  const prices = [20, 30.5].map((pencePerKilowattHour, i) => ({
    from: at(i),
    pencePerKilowattHour,
  }))
  const ask = async (identity: Identity, station: string, [from, until]: readonly string[]) => {
    const client = clientOf(identity)
    const path = `customers/${station}/bill?from=${from}&until=${until}`
    const url = `https://127.0.0.1:${supplier.port}/api/v1`
    const sent = await client.request('POST', `${url}/tariffs`, { prices })
    const answer = await client.request('GET', `${url}/${path}`)
    await client.close()
    return { sent: sent.status, ...answer }
  }
  const people = smartMeter.certify('supplier', organisation)
  expect(await ask(people, customer, [at(0), at(3)])).toMatchObject({
    sent: 200,
    status: 200,
    body: { station: customer, wattHours: 4_000, pence: 20 + 92, missingHalfHours: 1 },
  })
  expect(trail()).toContain('BillMade')
  const unknown = { status: 404, body: { reason: 'NotFound' } }
  expect(await ask(people, '02-00-00-00-00-00-00-32', [at(0), at(3)])).toMatchObject(unknown)
  expect(await ask(people, customer, [at(-9), at(-8)])).toMatchObject(unknown)
  expect(await ask(people, customer, [at(3), at(0)])).toMatchObject({ status: 400 })
  expect(await ask(smartMeter.certify('supplier'), customer, [at(0), at(3)])).toMatchObject({
    status: 403,
  })
})

test('a settlement meter that is not reached is a problem by name, and a period that cannot be is none', async () => {
  const client = clientOf(own)
  const ask = async (path: string, from: string | undefined, until: string) => {
    const query = `from=${from ?? ''}&until=${until}`
    return client.request('GET', `https://127.0.0.1:${supplier.port}/api/v1/${path}?${query}`)
  }
  const [from, until] = [toIso(instant(usedFrom)), toIso(instant(usedFrom + 2 * halfHour))]
  const device = 'devices/02-00-00-02-00-00-00-01/settlement'
  expect(await ask(device, from, until)).toMatchObject({
    status: 200,
    body: { problem: 'PeerUnavailable' },
  })
  for (const [begin, end] of [
    [undefined, until],
    [until, from],
    [toIso(instant(usedFrom + 1)), until],
    [toIso(instant(usedFrom - 21 * 48 * halfHour)), until],
  ] as const)
    expect(await ask(device, begin, end)).toMatchObject({ status: 400 })
  expect(await ask('devices/nobody/settlement', from, until)).toMatchObject({ status: 404 })
  expect(await ask(`customers/${customer}/settlement`, from, until)).toMatchObject({ status: 404 })
  await client.close()
})
