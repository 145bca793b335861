import { readFileSync } from 'node:fs'
import { armOf, encodePreCommand, signPreCommand, type Answer } from '@interlock/gbcs'
import { httpClient, nodeCrypto, type HttpClient } from '@interlock/host'
import { roles, unobserved, type Role } from '@interlock/kernel'
import { parseSigned } from '@interlock/seal'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { doorsMillisMax, rolesUnder, wronglyOpen } from '../../../tools/doors/wrongly-open.ts'
import { testClock, type TestClock } from '@interlock/kernel/clock.fixture'
import { organisation } from '@interlock/host/identities.fixture'
import { importTariff } from '@interlock/seal/import-tariff.fixture'
import { dsrspWorld, evening, llcsOf, meterOf, type DsrspWorld } from './fixture/world.fixture.ts'
import type { DsrspRunning } from './start.ts'

let world: DsrspWorld
let dsrsp: DsrspRunning
let clock: TestClock
let day = 0
const clients = new Map<string, HttpClient>()

/** `own` is the organisation of this DSRSP; anybody else has one of their own. */
const client = (role: Role, own = false): HttpClient => {
  const other = organisation(`as-${role}`, role, 0x40 + roles.indexOf(role))
  const { organisation: dsrspOrganisation } = organisation('dsrsp', 'dsrsp', 4)
  const subject = own
    ? { ...other, commonName: `own-${role}`, organisation: dsrspOrganisation }
    : other
  const name = `${role} ${own}`
  const known =
    clients.get(name) ??
    httpClient({
      identity: world.identities.identity('charging', subject),
      trust: world.identities.trust('charging'),
      activity: unobserved,
    })
  clients.set(name, known)
  return known
}

beforeAll(async () => {
  world = await dsrspWorld('dsrsp')
})
beforeEach(async () => {
  day += 2
  clock = testClock((evening + day * 86_400_000) as typeof evening)
  const { state } = world
  state.requests.length = 0
  state.countersigned.length = 0
  state.refuse = undefined
  state.tariff = undefined
  state.revoked = []
  state.transform = (request) => request
  state.onTheWay = (answer) => answer
  dsrsp = await world.start(clock)
})
afterEach(() => dsrsp.close())
afterAll(async () => {
  for (const each of clients.values()) await each.close()
  await world.close()
})

const connect = async (id: string) => {
  const evse = await world.virtualEvse(dsrsp, id)
  await evse.endpoint.call('BootNotification', {
    reason: 'PowerUp',
    chargingStation: { vendorName: 'Test', model: 'Virtual EVSE' },
  })
  return evse
}
const dispatch = (body: object) =>
  client('maintainer', true).request(
    'POST',
    `https://127.0.0.1:${dsrsp.port}/api/v1/dispatch`,
    body,
  )
const memberOf = (id: string) => dsrsp.portfolio().find((each) => each.stationId === id)

test('a virtual EVSE that boots is armed through the DCC and given the countersigned curve', async () => {
  const evse = await connect('CS-1')
  await clock.advance(1_000)
  const { requests, countersigned } = world.state
  expect(requests.map((each) => [each.service, each.commandVariant, each.target])).toEqual([
    ['7.16', 4, llcsOf(1)],
    ['7.16', 5, llcsOf(1)],
  ])
  const body = requests[1]?.body
  const arm = armOf(body?.kind === 'signedPreCommand' ? body.payload : new Uint8Array(), nodeCrypto)
  expect(arm).toMatchObject({
    ok: true,
    value: { use: 'response', direction: 'import', levelPercent: 100, evse: 1 },
  })
  expect(countersigned).toEqual(['CS-1'])
  expect(parseSigned(evse.received[0], 'DataTransfer')).toMatchObject({
    ok: true,
    value: { action: 'FrequencyCurve', role: 'dsrsp' },
  })
  expect(memberOf('CS-1')?.armed).toMatchObject({ curveStored: true })
})

test('members are enrolled in the order of identities, whoever came first', async () => {
  await connect('CS-2')
  await connect('CS-1')
  await clock.advance(1_000)
  expect(world.state.countersigned).toEqual(['CS-1', 'CS-2'])
})

test('an answer that the DCC has not signed to this request leaves nothing armed', async () => {
  const { state } = world
  let before = ''
  const cheats = {
    SignatureMissing: (answer: string) => answer.replace(/<ds:Signature.*<\/ds:Signature>/s, ''),
    SignatureInvalid: (answer: string) => answer.replace('>I0<', '>W0<'),
    // Of the first half, for the second: it says that all is well, and no arm was delivered.
    RequestMismatch: (answer: string) => {
      const replayed = before === '' ? answer : before
      before = answer
      return replayed
    },
  }
  for (const [reason, onTheWay] of Object.entries(cheats)) {
    state.onTheWay = onTheWay
    if (state.requests.length === 0) await connect('CS-1')
    await clock.advance(5 * 60_000)
    expect(memberOf('CS-1')).toMatchObject({ armed: null, refused: { reason } })
    expect(state.countersigned).toEqual([])
  }
  const trail = readFileSync(`${world.dir}/dsrsp/audit.jsonl`, 'utf8')
  for (const reason of Object.keys(cheats))
    expect(trail).toMatch(new RegExp(`"reason":"${reason}".*"kind":"AnswerRefused"`))
})

test('what a device answers whose certificate is revoked leaves nothing armed', async () => {
  await dsrsp.close()
  world.state.revoked = [llcsOf(1)]
  dsrsp = await world.start(clock)
  for (const id of ['CS-1', 'CS-2']) await connect(id)
  await clock.advance(1_000)
  expect(memberOf('CS-1')).toMatchObject({
    armed: null,
    refused: { reason: 'DeviceCertificateInvalid' },
  })
  expect(world.state.countersigned).toEqual(['CS-2'])
})

test('a pre-command that is not what was asked for is not signed', async () => {
  world.state.transform = (request) =>
    request.body.kind === 'loadControl'
      ? { ...request, body: { ...request.body, levelPercent: 0 } }
      : request
  await connect('CS-1')
  await clock.advance(1_000)
  expect(world.state.requests).toHaveLength(1)
  expect(memberOf('CS-1')).toMatchObject({ armed: null, refused: { action: 'LimitAPCLevel' } })
})

test('a refused curve is shown with its reason and sent again, without another arm', async () => {
  world.state.refuse = 'BudgetExceeded'
  const evse = await connect('CS-1')
  await clock.advance(1_000)
  expect(evse.received).toEqual([])
  expect(memberOf('CS-1')?.refused).toMatchObject({ reason: 'BudgetExceeded' })
  world.state.refuse = undefined
  await clock.advance(5 * 60_000)
  expect(evse.received).toHaveLength(1)
  expect(world.state.requests).toHaveLength(2)
  expect(memberOf('CS-1')).toMatchObject({ refused: null, armed: { curveStored: true } })
})

test('a reply that the station has not signed does not count as stored', async () => {
  const evse = await connect('CS-1')
  evse.signer = world.csms
  await clock.advance(1_000)
  expect(memberOf('CS-1')).toMatchObject({
    armed: { curveStored: false },
    refused: { reason: 'ReplySigner' },
  })
})

test('a dispatch relies on the arm and needs no countersignature', async () => {
  const evse = await connect('CS-1')
  await clock.advance(1_000)
  expect(await dispatch({ stationId: 'CS-1', percent: 40, minutes: 15 })).toMatchObject({
    status: 200,
    body: { status: 'Accepted' },
  })
  const sent = parseSigned(evse.received[1], 'SetChargingProfile')
  expect(sent).toMatchObject({ ok: true, value: { armDigest: memberOf('CS-1')?.armed?.digest } })
  expect(JSON.stringify(sent.ok && sent.value.payload)).toContain('"limit":2800')
  expect(world.state.countersigned).toHaveLength(1)
  evse.answer = { status: 'Rejected', statusInfo: { reasonCode: 'Overridden' } }
  expect(await dispatch({ stationId: 'CS-1', percent: 40, minutes: 15 })).toMatchObject({
    body: { status: 'Rejected', reasonCode: 'Overridden' },
  })
})

test('a spent arm is replaced by a new one', async () => {
  const evse = await connect('CS-1')
  await clock.advance(1_000)
  const before = memberOf('CS-1')?.armed?.digest
  evse.answer = { status: 'Rejected', statusInfo: { reasonCode: 'ArmSpent' } }
  await dispatch({ stationId: 'CS-1', percent: 40, minutes: 15 })
  evse.answer = { status: 'Accepted' }
  await clock.advance(1_000)
  expect(memberOf('CS-1')?.armed).toMatchObject({ curveStored: true })
  expect(memberOf('CS-1')?.armed?.digest).not.toBe(before)
})

test('a dispatch without an arm, to nobody or beyond its bounds is refused', async () => {
  expect(await dispatch({ stationId: 'CS-2', percent: 0, minutes: 15 })).toMatchObject({
    body: { status: 'Rejected', reasonCode: 'NotArmed' },
  })
  expect((await dispatch({ stationId: 'CS-9', percent: 0, minutes: 15 })).status).toBe(404)
  expect((await dispatch({ stationId: 'CS-1', percent: 101, minutes: 15 })).status).toBe(400)
})

test('only the CSMS of the contract brings virtual EVSEs, and only of the portfolio', async () => {
  const other = world.identities.identity('charging', organisation('other-csms', 'csms', 9))
  const elsewhere = world.identities.identity('smartMeter', organisation('csms', 'csms', 3))
  const refusals = [
    [world.virtualEvse(dsrsp, 'CS-1', other), 403, 'NotPermitted'],
    [world.virtualEvse(dsrsp, 'CS-1', world.dsrsp), 403, 'role dsrsp'],
    [world.virtualEvse(dsrsp, 'CS-1', elsewhere), 401, 'CertificateUntrusted'],
    [world.virtualEvse(dsrsp, 'CS-9'), 404, 'UnknownIdentity'],
  ] as const
  for (const [attempt, status, why] of refusals)
    await expect(attempt).rejects.toMatchObject({
      code: 'UpgradeRefused',
      status,
      message: expect.stringContaining(why) as string,
    })
  await world.virtualEvse(dsrsp, 'CS-1')
  await expect(world.virtualEvse(dsrsp, 'CS-1')).rejects.toMatchObject({ status: 429 })
  const trail = readFileSync(`${world.dir}/dsrsp/audit.jsonl`, 'utf8')
  for (const reason of ['CertificateUntrusted', 'UnknownIdentity', 'AlreadyConnected'])
    expect(trail).toContain(reason)
})

test('a holding is known after a restart', async () => {
  await connect('CS-1')
  await clock.advance(1_000)
  const before = memberOf('CS-1')?.armed
  await dsrsp.close()
  dsrsp = await world.start(clock)
  expect(memberOf('CS-1')?.armed).toEqual(before)
})

test('a holding begins at once, and the next one when it ends', async () => {
  await connect('CS-1')
  await clock.advance(1_000)
  const first = memberOf('CS-1')?.armed
  expect(first?.from).toMatch(/T18:00:01/)
  await clock.advance(25 * 3_600_000)
  const second = memberOf('CS-1')?.armed
  expect(second?.digest).not.toBe(first?.digest)
  expect(second?.from).toBe(first?.until)
})

/** A tariff that begins now, as a supplier signs it for a home. */
const tariffOf = (version: number, key = world.supplier.key, target = meterOf(1)) =>
  signPreCommand(
    encodePreCommand({
      useCase: 'UpdateHalfHourlyTariff',
      originator: world.supplier.peer.organisation,
      target,
      counter: BigInt(version),
      version,
      from: clock.now(),
      prices: [27_300, -1_250, 9_000, 9_000],
    }),
    key,
    nodeCrypto,
  )
const readTariff = (id = 'CS-1') =>
  client('web').request('GET', `https://127.0.0.1:${dsrsp.port}/api/v1/portfolio/${id}/tariff`)

test("a member's tariff is read through the DCC and verified; what does not verify is named and not shown", async () => {
  expect(await readTariff('CS-2')).toMatchObject({ status: 404 })
  world.state.tariff = tariffOf(1, nodeCrypto.generateKey().key)
  expect(await readTariff()).toMatchObject({ status: 404, body: { detail: 'TariffForged' } })
  world.state.tariff = tariffOf(5)
  expect(await readTariff()).toMatchObject({
    status: 200,
    body: {
      meter: meterOf(1),
      version: 5,
      notTaken: null,
      prices: [{ pencePerKilowattHour: 27.3 }, { pencePerKilowattHour: -1.25 }, {}, {}],
    },
  })
  const asked = world.state.requests.length
  expect(await readTariff()).toMatchObject({ body: { version: 5 } })
  expect(world.state.requests).toHaveLength(asked)
  await clock.advance(30 * 60_000)
  world.state.tariff = tariffOf(4)
  expect(await readTariff()).toMatchObject({ body: { version: 5, notTaken: 'TariffOlder' } })
  await dsrsp.close()
  dsrsp = await world.start(clock)
  expect(await readTariff()).toMatchObject({ status: 404, body: { detail: 'TariffOlder' } })
  // What the meter shows of a tariff of the standard's is compared; the signed one counts.
  const { command, shown } = importTariff(world.supplier.peer.organisation, meterOf(1), 6n)
  world.state.tariff = signPreCommand(encodePreCommand(command), world.supplier.key, nodeCrypto)
  world.state.reads = { ECS24: shown }
  expect(await readTariff()).toMatchObject({ body: { version: null, shownOther: [] } })
  await clock.advance(30 * 60_000)
  world.state.reads = { ECS24: { ...shown, standingCharge: 1 } }
  expect(await readTariff()).toMatchObject({
    body: { shownOther: ['standingCharge'], prices: { 0: { pencePerKilowattHour: 21 } } },
  })
  await clock.advance(30 * 60_000)
  world.state.reads = {}
  expect(await readTariff()).toMatchObject({ status: 200, body: { shownOther: null } })
})

test("what a member's load controller holds is read through the DCC, once a minute", async () => {
  const read = () =>
    client('web').request(
      'GET',
      `https://127.0.0.1:${dsrsp.port}/api/v1/portfolio/CS-2/controllers`,
    )
  expect(await read()).toMatchObject({ status: 404 })
  const reads = () => world.state.requests.filter(({ target }) => target === llcsOf(2)).length
  const asked = reads()
  const ECS61d: Answer = {
    result: 'success',
    descriptions: ['EVSE 1', '', '', '', ''],
    specialDays: [{ year: 2026, month: 6, day: 21 }],
    entries: [],
  }
  const ECS61e: Answer = {
    result: 'success',
    kinds: ['apc', 'none', 'none', 'none', 'none'],
    states: ['{"outputState": 100, "inputState": 0}', '{}', '{}', '{}', '{}'],
  }
  world.state.reads = { ECS61d, ECS61e }
  expect(await read()).toMatchObject({ status: 404 })
  expect(reads()).toBe(asked)
  await clock.advance(60_000)
  const { result: _read, ...configuration } = ECS61d
  const { result: _told, ...operation } = ECS61e
  expect(await read()).toEqual({
    status: 200,
    body: { llcs: llcsOf(2), ...configuration, ...operation },
  })
  expect(reads()).toBe(asked + 2)
})

const certifyUnder = (hierarchy: 'charging' | 'smartMeter') => (role: Role) => {
  const subject = organisation(`door-${role}`, role, 0x60 + roles.indexOf(role))
  const { organisation: own } = world.dsrsp.peer
  return world.identities.identity(hierarchy, { ...subject, organisation: own })
}

test(
  'every door is for the roles of its row, over every role of both roots',
  async () => {
    const problems = await wronglyOpen({
      port: dsrsp.port,
      doors: dsrsp.doors,
      root: world.identities.authorities.charging.root.certificatePem,
      hierarchy: 'charging',
      certify: certifyUnder('charging'),
      certifyElsewhere: certifyUnder('smartMeter'),
      table: {
        'GET /healthz': rolesUnder('charging'),
        'GET /api/v1/portfolio': ['web'],
        'GET /api/v1/portfolio/:station/tariff': ['web'],
        'GET /api/v1/portfolio/:station/controllers': ['web'],
        'GET /api/v1/dead-letters': ['web'],
        'POST /api/v1/dispatch': ['maintainer'],
        'GET /api/v1/events': ['web'],
      },
    })
    expect(problems).toEqual([])
  },
  doorsMillisMax,
)

test('a maintainer of another organisation dispatches nothing', async () => {
  const url = `https://127.0.0.1:${dsrsp.port}/api/v1/dispatch`
  const order = { stationId: 'CS-1', percent: 40, minutes: 15 }
  expect(await client('maintainer').request('POST', url, order)).toMatchObject({
    status: 403,
    body: { reason: 'NotPermitted' },
  })
})
