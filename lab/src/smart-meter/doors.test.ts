import { readFileSync } from 'node:fs'
import { wanSubprotocol } from '@interlock/contract'
import { buildRequest, type ServiceRequest } from '@interlock/duis'
import { encodePreCommand, signPreCommand, type Execution } from '@interlock/gbcs'
import { connectOcpp, nodeCrypto as crypto, silentLog, type Identity } from '@interlock/host'
import { eui64, inHours, instant, plus, toBase64, toHex } from '@interlock/kernel'
import type { DayAheadPlan, Reservation } from '@interlock/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { doorsMillisMax, wronglyOpen } from '../../../tools/doors/wrongly-open.ts'
import { attemptsIn } from './attempts.fixture.ts'
import { eventually } from './eventually.fixture.ts'
import { askSupplier, calendar, midsummer } from './supplier.fixture.ts'
import { image } from './firmware.fixture.ts'
import { evening, network, prenotification, rating } from './network.fixture.ts'

let world: Awaited<ReturnType<typeof network>>
beforeAll(async () => {
  world = await network('doors')
  await eventually(() => world.hub.connected())
})
afterAll(() => world.close())

const reservation = (id: string): Reservation => ({
  id,
  organisation: world.users.csms.peer.organisation,
  region: 'GB',
  kind: 'command',
  edges: [{ from: evening, until: evening + 60_000, swingWatts: 7_000 }],
})
const plan = (): DayAheadPlan => ({
  organisation: world.users.csms.peer.organisation,
  region: 'GB',
  windows: [{ from: evening + 6 * 3_600_000, swingWatts: 20_000 }],
})

const users = ['supplier', 'dsrsp', 'csms', 'web'] as const

test(
  'every door is for the roles of its row, over every role of both roots',
  async () => {
    const { port, doors } = world.dcc()
    const problems = await wronglyOpen({
      port,
      doors,
      root: world.smki.rootPem,
      hierarchy: 'smartMeter',
      certify: (role) => world.identity(role),
      certifyElsewhere: (role) => world.identity(role, 'charging'),
      table: {
        'GET /healthz': [...users, 'supervisor', 'dcc', 'recovery'],
        'GET /api/v1/crl': [...users, 'supervisor'],
        'POST /duis': users,
        'POST /api/v1/reservations': ['supervisor'],
        'DELETE /api/v1/reservations/:id': ['supervisor'],
        'POST /api/v1/plans': ['csms'],
        'GET /api/v1/devices/:eui': ['supervisor'],
        'GET /api/v1/thresholds': users,
        'PUT /api/v1/thresholds': users,
        'GET /api/v1/future-dated': users,
        'GET /api/v1/devices/:eui/certificate': users,
        'PUT /api/v1/devices/:eui/readers/:organisation': users,
        'PUT /api/v1/devices/:eui/status': ['supplier', 'dsrsp', 'supervisor'],
        'GET /api/v1/quarantine': [...users, 'supervisor'],
        'GET /api/v1/quarantine/:reference': [...users, 'supervisor'],
        'POST /api/v1/quarantine/:reference/process': [...users, 'supervisor'],
        'DELETE /api/v1/quarantine/:reference': [...users, 'supervisor'],
        'GET /api/v1/events': ['web'],
        'POST /api/v1/checkpoints': ['supervisor', 'supplier'],
        'GET /api/v1/checkpoints/:actor': ['supervisor', 'supplier'],
      },
    })
    expect(problems).toEqual([])
  },
  doorsMillisMax,
)

test('the stream of events tells the console of every arm and refusal', async () => {
  const seen: { kind?: string; reason?: string }[] = []
  const { web } = world.users
  const stream = world
    .clientOf(web)
    .events(`${world.url}/api/v1/events`, (event) => void seen.push(event as object))
  const badly = world.sign(web, buildRequest({ ...world.armRequest('7.13'), target: meter() }))
  await eventually(async () => {
    await world.post(web, badly)
    return seen.some((each) => each.kind === 'refusal' && each.reason === 'DeviceUnsuitable')
  })
  await stream.close()
})

const meter = (): ServiceRequest['target'] => world.devices.meter.peer.eui

test('a plan is for the organisation that submits it', async () => {
  const { csms, dsrsp } = world.users
  const answer = await world.clientOf(csms).request('POST', `${world.url}/api/v1/plans`, {
    ...plan(),
    organisation: dsrsp.peer.organisation,
  })
  expect(answer).toMatchObject({ status: 403, body: { reason: 'IdentityMismatch' } })
})

test('the supervisor learns what stands behind an LLCS, and nothing of a stranger', async () => {
  const ask = (eui: string) =>
    world.clientOf(world.users.supervisor).request('GET', `${world.url}/api/v1/devices/${eui}`)
  expect(await ask(world.devices.llcs.peer.eui)).toMatchObject({
    status: 200,
    body: { controllers: [{ number: 1, ratingWatts: rating }] },
  })
  for (const eui of ['02-00-00-00-00-00-00-99', 'x'])
    expect(await ask(eui)).toMatchObject({ status: 404, body: { reason: 'DeviceUnknown' } })
})

test('a reservation is idempotent, and another one under its id is refused', async () => {
  const post = (body: Reservation) =>
    world.clientOf(world.users.supervisor).request('POST', `${world.url}/api/v1/reservations`, body)
  expect((await post(reservation('reservation-2'))).status).toBe(201)
  expect((await post(reservation('reservation-2'))).status).toBe(201)
  const other = { ...reservation('reservation-2'), region: 'elsewhere' }
  expect(await post(other)).toMatchObject({ status: 409, body: { reason: 'ReservationConflict' } })
  const huge = reservation('reservation-3')
  huge.edges = [{ from: evening, until: evening, swingWatts: 900_000_000 }]
  expect(await post(huge)).toMatchObject({ status: 409, body: { reason: 'BudgetExceeded' } })
})

const toSupplier = (by: Identity, path: string, order?: object, method?: 'GET') =>
  askSupplier(world, by, path, order, method)

test('the supplier has its LLCS switch a load and keep a calendar, and nobody else has it', async () => {
  const { supplier, dsrsp } = world.users
  const llcs = world.devices.llcs.peer.eui
  const meter = world.devices.meter.peer.eui
  const reached = world.llcs.accepted.length
  const orders = [
    ['auxiliary-load', { controller: 1, on: true }],
    ['auxiliary-load', { controller: 1, on: false }],
    ['calendar', calendar],
    ['calendar', { schedules: [], specialDays: [], executeAt: '3000-12-31T00:00:00Z' }],
  ] as const
  for (const [path, order] of orders)
    expect(await toSupplier(dsrsp, `${llcs}/${path}`, order)).toMatchObject({
      status: 403,
      body: { reason: 'NotPermitted' },
    })
  expect(world.llcs.accepted).toHaveLength(reached)
  for (const [path, order] of orders)
    expect(await toSupplier(supplier, `${llcs}/${path}`, order)).toEqual({
      status: 200,
      body: { device: llcs },
    })
  const commands = world.llcs.accepted.slice(reached).map(({ command }) => command)
  expect(commands.map(({ useCase }) => useCase)).toEqual([
    'ActivateLoad',
    'DeactivateLoad',
    'ECS46d',
    'ECS46d',
  ])
  expect(commands[2]).toMatchObject({
    entries: [
      { atSeconds: 16.5 * 3_600, levelPercent: 0, weekdays: [1, 2, 3, 4, 5], specialDays: [1] },
      { atSeconds: 19 * 3_600, levelPercent: 100 },
    ],
    specialDays: [midsummer],
  })
  expect(await toSupplier(supplier, `${meter}/auxiliary-load`, orders[0][1])).toEqual({
    status: 200,
    body: { device: meter, problem: 'DeviceUnsuitable', detail: expect.any(String) as string },
  })
})

test('the supplier reads back what an LLCS holds, in the form in which it is ordered, and nobody else does', async () => {
  const { users, devices, llcs } = world
  const device = devices.llcs.peer.eui
  const { entries, specialDays } = llcs.accepted
    .map(({ command }) => command)
    .filter((command) => command.useCase === 'ECS46d')
    .find((command) => command.entries.length > 1) ?? { entries: [], specialDays: [] }
  llcs.reads = {
    ECS61d: {
      result: 'success',
      descriptions: ['EVSE 1', '', '', '', ''],
      entries,
      specialDays,
    },
    ECS61e: {
      result: 'success',
      kinds: ['apc', 'none', 'none', 'none', 'none'],
      states: ['{"outputState": 0, "inputState": 0}', '{}', '{}', '{}', '{}'],
    },
  }
  const read = (path: string, by = users.supplier) => toSupplier(by, path, undefined, 'GET')
  expect(await read(`${device}/controllers`)).toEqual({
    status: 200,
    body: { device, controllers: [{ number: 1, description: 'EVSE 1' }], calendar },
  })
  expect(await read(`${device}/controllers/operation`)).toEqual({
    status: 200,
    body: {
      device,
      controllers: [{ number: 1, kind: 'apc', state: '{"outputState": 0, "inputState": 0}' }],
    },
  })
  const { eui } = devices.meter.peer
  for (const path of ['controllers', 'controllers/operation']) {
    // A meter here has none, and says so.
    const ofMeter = { device: eui, problem: 'DeviceRefused' }
    expect((await read(`${eui}/${path}`)).body).toMatchObject(ofMeter)
    expect((await read(`${device}/${path}`, users.dsrsp)).status).toBe(403)
  }
  llcs.reads = {}
})

test('a calendar that is signed without asking for it is judged as one that was asked for', async () => {
  const { supplier } = world.users
  const { target, ...request } = attemptsIn(world)['6.14.3'](supplier)
  const accepted = world.llcs.accepted.length
  const day = { year: 'any', month: 1, day: 1 } as const
  const schedule = {
    controller: 1,
    direction: 'import',
    levelPercent: 0,
    atSeconds: 0,
    weekdays: [1],
    specialDays: [],
    from: day,
    until: day,
  } as const
  const send = async (execution: Execution, change: object = {}, counter = world.nextCounter()) => {
    const { originator } = request
    const entries = [{ ...schedule, ...change }]
    const content = { entries, specialDays: [], execution }
    const preCommand = { useCase: 'ECS46d', originator, target, counter, ...content } as const
    const payload = signPreCommand(encodePreCommand(preCommand), supplier.key, crypto)
    const body = { kind: 'signedPreCommand', payload } as const
    return (await world.ask(supplier, { ...request, target, counter, commandVariant: 5, body }))
      .name
  }
  for (const execution of [Date.UTC(2098, 0, 1), Date.UTC(2001, 0, 1)])
    expect(await send(instant(execution))).toBe('ParameterInvalid')
  for (const change of [
    { controller: 5 },
    { from: { ...day, year: 2026 }, until: { ...day, year: 2025 } },
  ])
    expect(await send('atOnce', change)).toBe('ParameterInvalid')
  expect(world.llcs.accepted).toHaveLength(accepted)
  expect(await send(plus(world.clock.now(), inHours(1)))).toBe('Accepted')
})

const [onWeekday] = calendar.schedules
const unknown = '02-00-00-00-00-00-00-99'
const { kind: _kind, device: _device, ...notice } = prenotification(eui64(unknown))
test.each([
  ['auxiliary-load', {}],
  ['auxiliary-load', { controller: 6, on: true }],
  ['auxiliary-load', { controller: 1, on: 'yes' }],
  ['auxiliary-load', { controller: 1, on: true, levelPercent: 50 }],
  ['calendar', { schedules: [] }],
  ['calendar', { ...calendar, executeAt: '2026-13-01T00:00:00Z' }],
  ['calendar', { ...calendar, executeAt: '2026-01-06T00:00:00.5Z' }],
  ['calendar', { ...calendar, specialDays: [{ ...midsummer, month: 13 }] }],
  ['calendar', { ...calendar, schedules: [{ ...onWeekday, weekdays: ['Friday', 'Friday'] }] }],
  ['calendar', { ...calendar, schedules: [{ ...onWeekday, at: '24:00:00' }] }],
  ['calendar', { ...calendar, schedules: Array(121).fill(onWeekday) }],
  ['offset-limit', { limitSeconds: 1_800 }],
  ['offset-limit', {}],
  ['firmware', { hash: 'ab' }],
  ['firmware', { hash: 'ab'.repeat(32), executeAt: '2026-02-30T00:00:00Z' }],
  ['notification', { ...notice, model: 'x' }],
  ['notification', { ...notice, specification: 'SMETS <V5.1>' }],
  ['local-response', { counter: '-1', response: 'AAAA' }],
  ['local-response', { counter: '1', response: 'AA*A' }],
])('%s: what is no order goes to no device', async (path, order) => {
  const { devices, llcs, users } = world
  const reached = llcs.accepted.length
  const to = `${devices.llcs.peer.eui}/${path}`
  expect(await toSupplier(users.supplier, to, order)).toMatchObject({
    status: 400,
    body: { reason: 'BodyInvalid' },
  })
  expect(llcs.accepted).toHaveLength(reached)
})

test("the supplier's word on its devices goes to the data company and to them, and is nobody else's", async () => {
  const { users, devices } = world
  const meter = devices.meter.peer.eui
  const hash = toHex(image)
  /** What is ordered, and what becomes of it. */
  const orders = [
    [`${meter}/offset-limit`, { limitSeconds: 600 }, 'DeviceRefused'],
    [`${meter}/firmware`, { hash: toHex(image.toReversed()) }, 'DeviceRefused'],
    [`${meter}/firmware`, { hash }, undefined],
    [`${meter}/firmware`, { hash, executeAt: '2026-01-06T00:00:00Z' }, undefined],
    [`${meter}/firmware`, { hash, executeAt: '3000-12-31T00:00:00Z' }, undefined],
    [`${meter}/firmware`, { hash }, undefined],
    [`${meter}/notification`, notice, 'DeviceStatusWrong'],
    [`${meter}/notification`, { ...notice, type: 'CHF' }, 'DeviceUnsuitable'],
    [`${unknown}/notification`, notice, 'DeviceUnknown'],
    [unknown, undefined, 'DeviceUnknown'],
    [`${meter}/local-response`, { counter: '1', response: 'AAAA' }, 'AnswerInvalid'],
  ] as const
  for (const [path, order] of orders)
    expect(await toSupplier(users.dsrsp, path, order)).toMatchObject({
      status: 403,
      body: { reason: 'NotPermitted' },
    })
  expect(world.meter.running.firmware()).toBe('00010000')
  for (const [path, order, became] of orders) {
    const { status, body } = await toSupplier(users.supplier, path, order)
    expect([path, status, body.problem]).toEqual([path, 200, became])
  }
  expect(world.meter.running.firmware()).toBe('00010001')
})

test('what a device answered that was handed its command is returned by its supplier', async () => {
  const { users, devices } = world
  const { supplier } = users
  const request = attemptsIn(world)['6.14.3'](supplier)
  const { preCommand = new Uint8Array() } = await world.ask(supplier, request)
  const signed = world.signedBy(request, signPreCommand(preCommand, supplier.key, crypto))
  const { localCommand } = await world.ask(supplier, { ...signed, commandVariant: 6 })
  const answer = (await world.llcs.hand(localCommand ?? new Uint8Array())) ?? new Uint8Array()
  const to = (device: string, response: Uint8Array, counter = request.counter) =>
    toSupplier(supplier, `${device}/local-response`, {
      counter: counter.toString(),
      response: toBase64(response),
    })
  const llcs = devices.llcs.peer.eui
  expect(await to(llcs, answer)).toEqual({ status: 200, body: { device: llcs } })
  for (const wrong of [
    await to(llcs, answer.with(answer.length - 1, (answer.at(-1) ?? 0) ^ 1)),
    await to(llcs, answer, request.counter + 1n),
    await to(devices.meter.peer.eui, answer),
  ])
    expect(wrong.body.problem).toBe('AnswerInvalid')
})

const openWan = (identity: Identity, eui: string) =>
  connectOcpp({
    url: `${world.wanUrl}/wan/${eui}`,
    identity,
    trust: { roots: [world.smki.rootPem] },
    subprotocols: [wanSubprotocol],
    log: silentLog,
  })

test('only a hub with its own certificate is let onto the wide area network, before the upgrade', async () => {
  const { hub, llcs } = world.devices
  const stranger = world.identity('hub', 'smki')
  const refusals = [
    [llcs, llcs.peer.eui, 403, 'NotPermitted'],
    [world.users.csms, hub.peer.eui, 403, 'NotPermitted'],
    [hub, llcs.peer.eui, 403, 'IdentityMismatch'],
    [stranger, stranger.peer.eui, 404, 'UnknownIdentity'],
    [world.identity('csms', 'charging'), hub.peer.eui, 401, 'CertificateUntrusted'],
  ] as const
  for (const [who, eui, status, reason] of refusals) {
    const message = expect.stringContaining(reason) as string
    await expect(openWan(who, eui)).rejects.toMatchObject({
      code: 'UpgradeRefused',
      status,
      message,
    })
  }
  const trail = readFileSync(`${world.dir}/dcc/audit.jsonl`, 'utf8')
  const recorded = trail.split('\n').filter((line) => line.includes('ConnectionRefused'))
  expect(refusals.every(([, , , reason], i) => recorded[i]?.includes(reason))).toBe(true)
  const own = await openWan(hub, hub.peer.eui)
  own.close(1000, 'done')
  await eventually(() => world.hub.connected())
})

test('a hub that sends what is not a message of the network is disconnected', async () => {
  const { hub } = world.devices
  for (const text of ['{}', 'x', JSON.stringify({ id: '1', taken: true }), '['.repeat(10_000)]) {
    const answerTo = async (): Promise<number> => {
      const socket = await openWan(hub, hub.peer.eui)
      const closed = new Promise<number>((resolve) => socket.onClose(resolve))
      socket.send(text)
      return closed
    }
    let code = await answerTo()
    // The home's own hub, which this one pushes out, may have come back in between: then once more.
    while (code === 1000) code = await answerTo()
    expect(code).toBe(1008)
  }
})

test('a device joins the home network only with the key of the home', async () => {
  await expect(world.joinLlcs(new Uint8Array(32))).rejects.toMatchObject({ code: 'HanRefused' })
})
