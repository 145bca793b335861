import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { nationalBudget } from '@interlock/contract'
import { quarantinedMax } from '@interlock/dcc'
import {
  openQuarantineAlert,
  openSigned,
  parseResponse,
  responseNameOf,
  type RequestId,
} from '@interlock/duis'
import { signPreCommand } from '@interlock/gbcs'
import { identityOf, nodeCrypto as crypto, type Identity } from '@interlock/host'
import { assert, eui64, inHours, inMinutes, instant, plus } from '@interlock/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { armSwingWatts, askAsCrowd, crowdFailures } from './crowd.ts'
import { companyRows } from './company-rows.fixture.ts'
import { eventually } from './eventually.fixture.ts'
import { network, owner, rating } from './network.fixture.ts'

// Room for two arms of a consumer, as each is charged its change and its return.
const budget = { ...nationalBudget, consumerVendorWatts: 4 * rating }
const eachTen = { service: '7.16', periodMinutes: 10 }
const anomaly = {
  eachUser: [{ ...eachTen, most: 2 }],
  allUsers: [],
  attributes: [{ service: '7.16', attribute: 'levelPercent', least: 20 } as const],
}
let world: Awaited<ReturnType<typeof network>>
beforeAll(async () => {
  world = await network('quarantine', budget, anomaly)
  await eventually(() => world.hub.connected())
})
afterAll(() => world.close())

type Item = { readonly reference: string; readonly breach: string }
const api = (user: Identity, method: string, path: string, body?: unknown) =>
  world.clientOf(user).request(method, `${world.url}/api/v1${path}`, body)
const held = async (user: Identity): Promise<readonly Item[]> =>
  ((await api(user, 'GET', '/quarantine')).body as { requests: readonly Item[] }).requests
const process = async (user: Identity, { reference }: Item) => {
  const { status, body } = await api(user, 'POST', `/quarantine/${reference}/process`)
  if (typeof body !== 'string') return status
  const signed = openSigned(body, world.dccIdentity.peer, crypto)
  const read = signed.ok ? parseResponse(signed.value.xml) : signed
  return read.ok ? responseNameOf(read.value.code) : read.reason
}
const alertOf = async (user: Identity, { reference }: Item, about: RequestId) => {
  const { status, body } = await api(user, 'GET', `/quarantine/${reference}`)
  return typeof body === 'string'
    ? openQuarantineAlert(body, about, world.dccIdentity.peer, crypto)
    : status
}
const consumerArm = (change: Partial<RequestId> = {}) =>
  world.arm(world.users.web, { ...world.armRequest('7.13'), ...change }, owner)
/** Rows of one of the tables of the data company. */
const rowsOf = async (table: 'arms' | 'counters' | 'tallies', where: string): Promise<number> =>
  (await companyRows(world, `select 1 from ${table} where ${where}`)).length
const response = (levelPercent: number) => {
  const { dsrsp } = world.users
  return world.arm(dsrsp, world.armRequest('7.16', { levelPercent }), dsrsp.key)
}
const delivered = (): number => world.llcs.accepted.length
const first = async (user: Identity): Promise<Item> => {
  const [item] = await held(user)
  if (item === undefined) throw new Error('nothing is held')
  return item
}

test("a user's own threshold holds what is beyond it, with an alert; the user has it processed once", async () => {
  const { web, dsrsp } = world.users
  const own = [{ service: '7.13', periodMinutes: 10, most: 1 }]
  expect((await api(web, 'PUT', '/thresholds', own)).status).toBe(204)
  expect((await api(web, 'GET', '/thresholds')).body).toEqual({ thresholds: own })
  expect((await consumerArm()).name).toBe('Accepted')
  const before = delivered()
  const answer = await consumerArm()
  expect(answer.name).toBe('Quarantined')
  expect(delivered()).toBe(before)
  const item = await first(web)
  expect(answer.detail).toBe(`ADUserThresholdBreach ${item.reference}`)
  const about = answer.request
  assert(about !== undefined, 'an answer names its request')
  expect(await alertOf(web, item, about)).toMatchObject({
    ok: true,
    value: { breach: 'ADUserThresholdBreach', reference: item.reference, request: about },
  })
  expect(await held(dsrsp)).toEqual([])
  expect(await alertOf(dsrsp, item, about)).toBe(404)
  expect(await process(dsrsp, item)).toBe(404)
  // Nor is it for its own organisation in another role: that is another user.
  const { organisation } = web.peer
  const subject = {
    commonName: 'other',
    role: 'supplier',
    eui: organisation,
    organisation,
  } as const
  const { keyPem, chainPem } = world.smki.certify(subject)
  const other = identityOf(keyPem, chainPem, 'other')
  expect(await held(other)).toEqual([])
  expect(await alertOf(other, item, about)).toBe(404)
  expect(await process(other, item)).toBe(404)
  expect((await api(other, 'DELETE', `/quarantine/${item.reference}`)).status).toBe(404)
  expect(await process(web, item)).toBe('Accepted')
  expect(delivered()).toBe(before + 1)
  expect(await process(web, item)).toBe(404)
})

test('an originator that a vendor invents leaves nothing behind where its request is held', async () => {
  const originator = eui64('A2-00-00-00-00-00-00-99')
  const answer = await consumerArm({ originator })
  expect(answer.name).toBe('Quarantined')
  expect(await rowsOf('counters', `source like '%/${originator}'`)).toBe(0)
  const { reference } = await first(world.users.web)
  expect((await api(world.users.web, 'DELETE', `/quarantine/${reference}`)).status).toBe(204)
})

test("attribute limits and the data company's own thresholds are the supervisor's to lift, and what it lifts is counted", async () => {
  const { dsrsp, supervisor } = world.users
  expect((await response(30)).name).toBe('Accepted')
  const before = delivered()
  const lift = async (breach: string) => {
    const item = await first(dsrsp)
    expect(item.breach).toBe(breach)
    expect(await process(dsrsp, item)).toBe(403)
    expect(await process(supervisor, item)).toBe('Accepted')
  }
  expect((await response(19)).detail).toContain('ADAttributeLimitsBreach')
  await lift('ADAttributeLimitsBreach')
  // The second of two: without it, this one would pass.
  expect((await response(50)).detail).toContain('ADDCCThresholdBreach')
  await lift('ADDCCThresholdBreach')
  expect(delivered()).toBe(before + 2)
  expect(await held(dsrsp)).toEqual([])
})

test('what is deleted is gone, and counts and holdings survive a restart', async () => {
  const { dsrsp, web } = world.users
  expect((await consumerArm()).name).toBe('Quarantined')
  await world.restartDcc()
  await eventually(() => world.dcc().hubsConnected() === 1)
  expect((await consumerArm()).name).toBe('Quarantined')
  expect((await response(50)).detail).toContain('ADDCCThresholdBreach')
  const { reference: beyond } = await first(dsrsp)
  expect((await api(dsrsp, 'DELETE', `/quarantine/${beyond}`)).status).toBe(204)
  const before = delivered()
  const items = await held(web)
  expect(items).toHaveLength(2)
  const [older, newer] = items
  const behind = await api(web, 'GET', `/quarantine?after=${older?.reference}`)
  expect(behind.body).toMatchObject({ requests: [{ reference: newer?.reference }] })
  expect((await api(web, 'GET', '/quarantine?after=one')).status).toBe(400)
  for (const { reference } of items) {
    expect((await api(web, 'DELETE', `/quarantine/${reference}`)).status).toBe(204)
    expect((await api(web, 'DELETE', `/quarantine/${reference}`)).status).toBe(404)
  }
  expect(await held(web)).toEqual([])
  expect(delivered()).toBe(before)
})

test('beyond the megawatt budget it is held, and its user cannot let it through', async () => {
  const { web, supervisor } = world.users
  expect((await api(web, 'PUT', '/thresholds', [])).status).toBe(204)
  const answer = await consumerArm()
  expect(answer.name).toBe('BudgetExceeded')
  const item = await first(web)
  expect(item.breach).toBe('ADMegawattBreach')
  expect(await process(web, item)).toBe(403)
  const before = delivered()
  expect(await process(supervisor, item)).toBe('BudgetExceeded')
  expect(delivered()).toBe(before)
  expect((await first(supervisor)).reference).not.toBe(item.reference)
})

test("a limit of its own that a user lifts again lifts none of the data company's", async () => {
  const { dsrsp, supervisor } = world.users
  const before = delivered()
  // What has been let through already is more than a user may have in ten minutes.
  expect((await api(dsrsp, 'PUT', '/thresholds', [{ ...eachTen, most: 0 }])).status).toBe(204)
  expect((await response(50)).detail).toContain('ADUserThresholdBreach')
  expect(await process(dsrsp, await first(dsrsp))).toBe('Quarantined')
  const item = await first(dsrsp)
  expect(item.breach).toBe('ADDCCThresholdBreach')
  expect(await process(dsrsp, item)).toBe(403)
  expect(delivered()).toBe(before)
  // Of two who let it through at once one does.
  const both = await Promise.all([process(supervisor, item), process(supervisor, item)])
  expect(new Set(both)).toEqual(new Set([404, 'Accepted']))
  expect(delivered()).toBe(before + 1)
  expect((await api(dsrsp, 'PUT', '/thresholds', [])).status).toBe(204)
})

test('a flood is refused, and not kept: a user has so many waiting at most', async () => {
  const { dsrsp } = world.users
  expect((await response(19)).name).toBe('Quarantined')
  const [{ count }] = (await companyRows(
    world,
    `with filled as (
       insert into quarantine (organisation, role, breach, at, request, certificate)
       select organisation, role, breach, at, request, certificate from quarantine,
         generate_series(2, ${quarantinedMax}) where organisation = '${dsrsp.peer.organisation}' returning 1)
     select count(*)::int from filled`,
  )) as [{ count: number }]
  expect(count).toBe(quarantinedMax - 1)
  expect((await response(18)).name).toBe('QuarantineFull')
  await companyRows(
    world,
    `delete from quarantine where organisation = '${dsrsp.peer.organisation}'`,
  )
})

test('of one request that comes twice at once, one is carried out', async () => {
  await world.clock.advance(inHours(1))
  const { dsrsp } = world.users
  const before = delivered()
  const request = world.armRequest('7.16', { levelPercent: 60 })
  const answers = await Promise.all([
    world.arm(dsrsp, request, dsrsp.key),
    world.arm(dsrsp, request, dsrsp.key),
  ])
  expect(answers.map(({ name }) => name).toSorted()).toEqual(['Accepted', 'CounterUsed'])
  expect(delivered()).toBe(before + 1)
})

test('what is let through goes after what is due at its device, whose counter is below', async () => {
  await world.clock.advance(inHours(6))
  const { dsrsp, supervisor } = world.users
  const at = instant(Math.ceil((world.clock.now() + inHours(1)) / 1_000) * 1_000)
  const dated = world.armRequest('7.16', { from: at, until: plus(at, inHours(1)) })
  const { preCommand } = await world.ask(dsrsp, dated)
  assert(preCommand !== undefined, 'it is transformed')
  const payload = signPreCommand(preCommand, dsrsp.key, crypto)
  const body = { kind: 'signedPreCommand', payload, executeAt: at } as const
  const answer = await world.ask(dsrsp, { ...dated, commandVariant: 5, body })
  expect(answer.name).toBe('FutureDated')
  await world.clock.advance(inMinutes(15))
  const next = world.armRequest('7.16', { levelPercent: 60 })
  world.ledger().limits = { ...budget, organisationWatts: 0 }
  expect((await world.arm(dsrsp, next, dsrsp.key)).name).toBe('BudgetExceeded')
  world.ledger().limits = budget
  // Due before its timer is: whoever comes next brings it.
  await companyRows(world, `update future_dated set execute_at = ${world.clock.now()}`)
  const before = delivered()
  expect(await process(supervisor, await first(dsrsp))).toBe('Accepted')
  const counters = world.llcs.accepted.slice(before).map(({ command }) => command.counter)
  expect(counters).toEqual([dated.counter, next.counter])
})

const run = promisify(execFile)
const interlock = async (role: 'dsrsp' | 'supervisor', ...words: readonly string[]) => {
  const access = ['--dcc', world.url, '--identity', `${world.dir}/smki-${role}`]
  const trust = ['--trust', `${world.dir}/smart-meter.pem`, '--json']
  const { stdout } = await run('node', ['cli/bin/interlock.mjs', ...words, ...access, ...trust])
  return JSON.parse(stdout) as { requests?: readonly Item[]; outcome?: string }
}

test('the command line lists what is held, lets one through and deletes another', async () => {
  const { dsrsp } = world.users
  await world.clock.advance(inHours(1))
  for (const level of [40, 50]) expect((await response(level)).name).toBe('Accepted')
  expect((await response(60)).name).toBe('Quarantined')
  expect((await response(70)).name).toBe('Quarantined')
  const { requests = [] } = await interlock('dsrsp', 'quarantine', 'list')
  expect(requests.map(({ breach }) => breach)).toEqual([
    'ADDCCThresholdBreach',
    'ADDCCThresholdBreach',
  ])
  const [given = '', taken = ''] = requests.map(({ reference }) => reference)
  const before = delivered()
  const by = ['--certificate', `${world.dir}/smki-dcc/chain.pem`]
  expect(await interlock('supervisor', 'quarantine', 'process', given, ...by)).toMatchObject({
    outcome: 'Accepted',
  })
  expect(delivered()).toBe(before + 1)
  expect((await held(dsrsp)).map(({ reference }) => reference)).toEqual([taken])
  expect(await interlock('dsrsp', 'quarantine', 'delete', taken)).toMatchObject({
    outcome: 'Deleted',
  })
  expect(await held(dsrsp)).toEqual([])
  expect(delivered()).toBe(before + 1)
}, 120_000)

test('DSRSPs that each ask for less than they may have are held where they are too many together', async () => {
  // Past every window that an arm has been charged to.
  await world.clock.advance(inHours(6))
  const few = 3 * armSwingWatts
  const ledger = world.ledger()
  const limits = { ...nationalBudget, organisationWatts: 2 * armSwingWatts }
  ledger.limits = { ...limits, regionWatts: few, totalWatts: few }
  const report = await askAsCrowd(world, 5, ledger.limits)
  expect(crowdFailures(report)).toEqual([])
  expect(report).toMatchObject({ accepted: 3, quarantined: 2, delivered: 3, alerts: 2 })
  ledger.limits = limits
  expect(await askAsCrowd(world, 2, limits)).toMatchObject({ accepted: 2, quarantined: 0 })
})

test('what no rule reaches any longer is thrown away while the data company runs', async () => {
  const before = world.clock.now()
  const old = {
    arms: `ends_at < ${before + inHours(12)}`,
    counters: `source like '%/%' and at <= ${before}`,
    tallies: `minute <= ${before / 60_000}`,
  }
  const counts = () =>
    Promise.all([
      rowsOf('arms', old.arms),
      rowsOf('counters', old.counters),
      rowsOf('tallies', old.tallies),
    ])
  expect((await counts()).every((count) => count > 0)).toBe(true)
  const { dsrsp, web } = world.users
  expect((await api(web, 'PUT', '/thresholds', [])).status).toBe(204)
  await world.clock.advance(inHours(49))
  expect((await response(50)).name).toBe('Accepted')
  expect((await consumerArm()).name).toBe('Accepted')
  expect(await counts()).toEqual([0, 0, 0])
  // What an organisation has signed stays: it is no invention of anybody's.
  const { organisation } = dsrsp.peer
  expect(await rowsOf('counters', `source = '${organisation}'`)).toBe(1)
})
