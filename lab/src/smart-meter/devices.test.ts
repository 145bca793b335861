import { existsSync, readFileSync } from 'node:fs'
import { nationalBudget } from '@interlock/contract'
import { correlate } from '@interlock/correlate'
import { anomalyRulesDefault } from '@interlock/dcc'
import { buildRequest, type RequestBody, type Service, type ServiceRequest } from '@interlock/duis'
import { decodeResponse, signPreCommand } from '@interlock/gbcs'
import { identityOf, nodeCrypto as crypto, writeAtomic, type Identity } from '@interlock/host'
import { eui64, instant, ok, type Eui64 } from '@interlock/kernel'
import { replaceCredentials } from '@interlock/supplier'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commandedByLine, interlock } from './command-line.fixture.ts'
import { credentialsOf } from './credentials.fixture.ts'
import { eventually } from './eventually.fixture.ts'
import { image } from './firmware.fixture.ts'
import { network, owner, prenotification } from './network.fixture.ts'

/**
 * An hour and more ago: the command line counts in milliseconds of the machine's clock, above what is counted here,
 * and its time is that of this world once it has been advanced.
 */
const halfHour = 1_800_000
const start = instant(Math.floor(Date.now() / halfHour - 2) * halfHour)

let world: Awaited<ReturnType<typeof network>>
beforeAll(async () => {
  world = await network('devices', nationalBudget, anomalyRulesDefault, {
    awaitsMeter: true,
    start,
  })
  await eventually(() => world.hub.connected() && world.meter.running.joined())
})
afterAll(() => world.close())

const outcome = async (user: Identity, request: ServiceRequest): Promise<string> =>
  (await world.ask(user, request)).name
const readTariff = (user: Identity): ServiceRequest => ({
  originator: user.peer.organisation,
  target: world.devices.meter.peer.eui,
  counter: world.nextCounter(),
  service: '4.11.1',
  commandVariant: 1,
  body: { kind: 'readSignedTariff' },
})
const toCompany = (user: Identity, service: Service, body: RequestBody): ServiceRequest => ({
  ...readTariff(user),
  target: world.devices.dcc,
  service,
  commandVariant: 8,
  body,
})
const move = async (user: Identity, device: Eui64, name: string) => {
  const url = `${world.url}/api/v1/devices/${device}/status`
  const { status, body } = await world.clientOf(user).request('PUT', url, { move: name })
  const { status: now, reason } = body as { status?: string; reason?: string }
  return status === 200 ? now : reason
}
/** What the supplier has put on the record of what the data company told it. */
const told = (): { status?: string; device?: string; kind: string; outcome?: string }[] => {
  const path = `${world.dir}/supplier/audit.jsonl`
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
  return lines
    .map((line) => JSON.parse(line) as { kind: string; data: { kind: string } })
    .filter(({ kind }) => kind === 'AlertTaken')
    .map(({ data }) => data)
}
const statusesTold = (device: Eui64) =>
  told()
    .filter((each) => each.device === device)
    .map(({ status }) => status)
const arm = async () => (await world.arm(world.users.web, world.armRequest('7.13'), owner)).name

test('a device is pre-notified, whitelisted, installed and commissioned, and then commanded', async () => {
  const { supplier, csms, dsrsp } = world.users
  const meter = world.devices.meter.peer.eui
  const notify = (user: Identity) => outcome(user, toCompany(user, '12.2', prenotification(meter)))
  expect(await outcome(supplier, readTariff(supplier))).toBe('DeviceUnknown')
  // Nobody's but its supplier's to notify, and nothing is left out.
  expect([await notify(csms), await notify(dsrsp)]).toEqual(['RoleForbidden', 'RoleForbidden'])
  expect(await move(supplier, meter, 'commission')).toBe('DeviceState')
  expect(await move(supplier, meter, 'prenotify')).toBe('BodyInvalid')
  expect(await notify(supplier)).toBe('Accepted')
  expect(await notify(supplier)).toBe('DeviceStatusWrong')
  const steps = ['Pending', 'Whitelisted', 'InstalledNotCommissioned', 'Commissioned']
  for (const [index, name] of ['whitelist', 'install', 'commission'].entries()) {
    expect(await outcome(supplier, readTariff(supplier))).toBe('DeviceNotCommissioned')
    expect(await move(dsrsp, meter, name)).toBe('NotPermitted')
    expect(await move(supplier, meter, name)).toBe(steps[index + 1])
  }
  // There is no tariff yet, and the meter says so.
  expect(await outcome(supplier, readTariff(supplier))).toBe('DeviceRefused')
  await eventually(() => statusesTold(meter).length === steps.length)
  expect(statusesTold(meter)).toEqual(steps)
})

test('a read is delivered by the data company, comes back to be delivered locally, or both', async () => {
  const { supplier, csms } = world.users
  await world.supplier().publish([{ from: start, pencePerKilowattHour: 38.4 }])
  const request = readTariff(supplier)
  const copy = await world.ask(supplier, { ...request, commandVariant: 2 })
  expect(copy).toMatchObject({ name: 'Accepted' })
  expect(copy.payload).toBeUndefined()
  // Addressed to the meter, so that another device that is handed it does nothing.
  expect(await world.llcs.hand(copy.localCommand ?? new Uint8Array())).toBeUndefined()
  expect(world.llcs.refusals.at(-1)).toBe('RecipientWrong')
  const both = await world.ask(supplier, { ...readTariff(supplier), commandVariant: 3 })
  expect(decodeResponse(both.payload ?? new Uint8Array()).ok).toBe(true)
  expect(both.localCommand).toBeDefined()
  expect(await outcome(csms, { ...readTariff(csms), commandVariant: 2 })).toBe('VariantForbidden')
})

test('the data company says that it is simulated', async () => {
  const client = world.clientOf(world.users.web)
  const { status, body } = await client.request('GET', `${world.url}/healthz`)
  expect(status).toBe(200)
  expect(body).toMatchObject({ status: 'ok', actor: 'dcc', hubs: 1 })
  expect(JSON.stringify(body)).toContain('"simulated"')
})

test('a supplier activates the firmware that its meter or LLCS holds, and no other', async () => {
  const { supplier } = world.users
  const { meter, llcs } = world.devices
  const activate = async (hash: Uint8Array, at = meter): Promise<string> => {
    const request = {
      ...readTariff(supplier),
      target: at.peer.eui,
      service: '11.3',
      commandVariant: 4,
      body: { kind: 'firmware', hash },
    } as const
    const { preCommand = new Uint8Array() } = await world.ask(supplier, request)
    expect(correlate(buildRequest(request), preCommand)).toEqual({ ok: true, value: 'matches' })
    const signed = world.signedBy(request, signPreCommand(preCommand, supplier.key, crypto))
    return outcome(supplier, signed)
  }
  expect(await activate(image.toReversed())).toBe('DeviceRefused')
  expect(world.meter.running.firmware()).toBe('00010000')
  expect(await activate(image)).toBe('Accepted')
  expect(world.meter.running.firmware()).toBe('00010001')
  world.llcs.reads = { CS06: { result: 'success', data: new Uint8Array(4) } }
  expect(await activate(image, llcs)).toBe('Accepted')
  expect(world.llcs.accepted.at(-1)?.command).toMatchObject({ useCase: 'CS06', hash: image })
})

/** Another certificate of a supplier. */
const certified = (organisation: Eui64): Identity => {
  const subject = { commonName: 'supplier', role: 'supplier', eui: organisation, organisation }
  const { keyPem, chainPem } = world.smki.certify({ ...subject, role: 'supplier' })
  return identityOf(keyPem, chainPem, 'supplier')
}

test('a supplier renews its certificate at its meter, whose cells hold over a restart', async () => {
  const { supplier } = world.users
  const meter = world.devices.meter.peer.eui
  const next = certified(supplier.peer.organisation)
  /** Who asks, for whose certificate; what became of the cells, or why nothing did. */
  const replace = async (by: Identity, of: Identity, floor = 0n): Promise<string> => {
    const dcc = { ask: async (request: ServiceRequest) => ok(await world.ask(by, request)) }
    const asking = { dcc, organisation: by.peer.organisation, key: by.key, crypto }
    const body = credentialsOf(of, { floor })
    const answer = await replaceCredentials(body, meter, world.nextCounter(), asking)
    if (!answer.ok) return `${answer.reason} ${answer.detail}`
    if (typeof answer.value === 'string') return answer.value
    return answer.value.map((each) => each.outcome).join(' ')
  }
  const activate = async (by: Identity): Promise<string> => {
    const body = { kind: 'firmware', hash: image } as const
    const request = { ...readTariff(by), service: '11.3', commandVariant: 4, body } as const
    return (await world.arm(by, request, by.key)).name
  }
  // The data company looks before the meter does: a change of supplier is another service.
  const stranger = certified(eui64('02-00-00-00-00-00-00-77'))
  expect(await replace(supplier, stranger)).toContain('ParameterInvalid OrganisationWrong')
  // The meter has no cell of a load controller.
  expect(await replace(supplier, world.users.dsrsp)).toBe(
    'DeviceRefused loadController digitalSignature noTrustAnchor; loadController keyAgreement noTrustAnchor',
  )
  expect(await activate(next)).toBe('DeviceDiscarded')
  expect(await replace(supplier, next)).toBe('success success')
  await world.meter.running.close()
  world.meter.running = await world.startMeterHere()
  await eventually(() => world.meter.running.joined())
  expect(await activate(supplier)).toBe('DeviceDiscarded')
  expect(await replace(supplier, supplier)).toContain('DeviceDiscarded')
  expect(await activate(next)).toBe('Accepted')
  // The floor is the counter after that of this very command.
  expect(await replace(next, supplier, world.nextCounter() + 2n)).toBe('success success')
  expect(await activate(supplier)).toBe('DeviceDiscarded')
  expect(await activate(supplier)).toBe('Accepted')
})

test.each([
  ['a critical request as a plain one', '>4<', '>1<', 'VariantUnknown'],
  ['the variant of the data company itself', '>4<', '>9<', 'VariantUnknown'],
  ['a request of the company for a device', '>4<', '>8<', 'VariantUnknown'],
  [
    'a service that is not ours',
    '7.13</sr:ServiceReferenceV',
    '7.1</sr:ServiceReferenceV',
    'RequestMalformed',
  ],
])('%s is refused with its code', async (_what, from, to, code) => {
  const { web } = world.users
  const xml = buildRequest(world.armRequest('7.13')).replace(from, to)
  expect((await world.post(web, world.sign(web, xml))).name).toBe(code)
})

test('a device is commanded while it and its hub are commissioned, and its user is told of every change', async () => {
  const { supplier, supervisor, dsrsp, web } = world.users
  const llcs = world.devices.llcs.peer.eui
  const hub = world.devices.hub.peer.eui
  expect(await arm()).toBe('Accepted')
  // Only the supervisor suspends, and restores.
  expect(await move(supplier, llcs, 'suspend')).toBe('NotPermitted')
  expect(await move(supervisor, llcs, 'suspend')).toBe('Suspended')
  expect(await move(supervisor, llcs, 'suspend')).toBe('DeviceState')
  const reached = world.llcs.accepted.length
  const answer = await world.ask(web, world.armRequest('7.13'))
  expect([answer.name, answer.detail]).toEqual(['DeviceNotCommissioned', `${llcs} Suspended`])
  expect(await move(dsrsp, llcs, 'restore')).toBe('NotPermitted')
  await world.restartDcc()
  await eventually(() => world.dcc().hubsConnected() === 1)
  expect(await arm()).toBe('DeviceNotCommissioned')
  expect(await move(supervisor, llcs, 'restore')).toBe('Commissioned')
  expect(await move(supervisor, hub, 'suspend')).toBe('Suspended')
  expect(await arm()).toBe('DeviceNotCommissioned')
  expect(await outcome(supplier, readTariff(supplier))).toBe('DeviceNotCommissioned')
  expect(world.llcs.accepted.length).toBe(reached)
  expect(await move(supervisor, hub, 'restore')).toBe('Commissioned')
  expect(await arm()).toBe('Accepted')
  // The supplier replaces certificates in an LLCS too: it hears of both.
  await eventually(() => statusesTold(hub).length === 2)
  expect(statusesTold(hub)).toEqual(['Suspended', 'Commissioned'])
  expect(statusesTold(llcs)).toEqual(['Suspended', 'Commissioned'])
})

test('the time comes to an LLCS as its supplier signed it', async () => {
  const { supplier } = world.users
  world.signers.set(supplier.peer.organisation, supplier.peer.publicKey)
  const at = world.clock.now()
  const body = { kind: 'clock', at, toleranceSeconds: 60 } as const
  const request: ServiceRequest = {
    ...readTariff(supplier),
    target: world.devices.llcs.peer.eui,
    service: '6.11',
    commandVariant: 4,
    body,
  }
  expect((await world.arm(supplier, request, supplier.key)).name).toBe('Accepted')
  expect(world.llcs.accepted.at(-1)?.command).toMatchObject({
    useCase: 'ECS70',
    from: at,
    until: at + 60_000,
  })
})

test('what a user does not take waits, in its order and over restarts, and is taken once', async () => {
  const { supervisor, supplier } = world.users
  const meter = world.devices.meter.peer.eui
  const before = statusesTold(meter).length
  await world.restartSupplier(async () => {
    for (const name of ['suspend', 'restore', 'suspend'])
      expect(await move(supervisor, meter, name)).not.toBe('DeviceState')
    await world.restartDcc()
    await eventually(() => world.dcc().hubsConnected() === 1)
    expect(statusesTold(meter)).toHaveLength(before)
  })
  await eventually(async () => {
    await world.clock.advance(60_000)
    return statusesTold(meter).length === before + 3
  })
  expect(await move(supervisor, meter, 'restore')).toBe('Commissioned')
  await eventually(() => statusesTold(meter).length === before + 4)
  expect(statusesTold(meter).slice(before)).toEqual([
    'Suspended',
    'Commissioned',
    'Suspended',
    'Commissioned',
  ])
  // So is a request of the supplier's own that is held.
  const own = [{ service: '4.11.1', periodMinutes: 10, most: 0 }]
  await world.clientOf(supplier).request('PUT', `${world.url}/api/v1/thresholds`, own)
  expect(await outcome(supplier, readTariff(supplier))).toBe('Quarantined')
  await eventually(() => told().at(-1)?.outcome === 'ADUserThresholdBreach')
  await world.clientOf(supplier).request('PUT', `${world.url}/api/v1/thresholds`, [])
})

const isAccepted = (said: unknown): boolean =>
  (said as { outcome?: string } | undefined)?.outcome === 'Accepted'

/** Of the controllers that are not there. */
const none = ['none', 'none', 'none', 'none'] as const
const unsaid = ['{}', '{}', '{}', '{}'] as const

/** How far this world is put ahead of the machine's clock: so long a command may take to begin. */
const patienceMillis = 55_000

test('the command line has a load switched by a clock that is that of the DCC, and sets a calendar', async () => {
  const llcs = world.devices.llcs.peer.eui
  const load = ['controllers', 'switch', llcs, '--controller', '1', '--to', 'on']
  const early = { ok: false, reason: 'ParameterInvalid' }
  expect(await interlock(world, load)).toMatchObject([early])
  let switched: unknown
  // On a machine that is busier than that, once more.
  for (let tries = 0; tries < 4 && !isAccepted(switched); tries++) {
    const behind = Date.now() - world.clock.now() + patienceMillis
    await world.clock.advance(1000 * Math.floor(behind / 1000))
    ;[switched] = await interlock(world, load)
  }
  expect(switched).toEqual({ device: llcs, outcome: 'Accepted' })
  expect(world.llcs.accepted.at(-1)?.command).toMatchObject({
    useCase: 'ActivateLoad',
    controller: 1,
    levelPercent: 100,
  })
  const file = `${world.dir}/calendar.json`
  const midsummer = { year: 2026, month: 6, day: 21 }
  writeAtomic(file, JSON.stringify({ schedules: [], specialDays: [midsummer] }), 0o644)
  const reached = world.llcs.accepted.length
  const result = 'success'
  world.llcs.reads = {
    ECS61d: { result, descriptions: ['EVSE 1', '', '', '', ''], specialDays: [], entries: [] },
    ECS61e: { result, kinds: ['apc', ...none], states: ['{"outputState": 40}', ...unsaid] },
  }
  const said = await interlock(
    world,
    ['controllers', 'calendar', llcs, '--calendar', file],
    ['controllers', 'show', llcs],
    ['controllers', 'state', llcs],
  )
  const calendar = { schedules: [], specialDays: [] }
  expect(said).toEqual([
    { device: llcs, outcome: 'Accepted' },
    { device: llcs, controllers: [{ number: 1, description: 'EVSE 1' }], calendar },
    { device: llcs, controllers: [{ number: 1, kind: 'apc', state: '{"outputState": 40}' }] },
  ])
  const commands = world.llcs.accepted.slice(reached).map(({ command }) => command)
  expect(commands[0]).toMatchObject({ useCase: 'ECS46d', specialDays: [midsummer] })
  // When a date has come, the device says so to the supplier whose command had it, and to nobody else.
  const executed = {
    code: 'FutureDated',
    useCase: 'ECS46d',
    commandCounter: commands[0]?.counter ?? 0n,
    object: 'activation of the calendar',
    at: world.clock.now(),
  } as const
  const { supplier, dsrsp } = world.users
  const toDsrsp = { ...executed, recipient: dsrsp.peer.organisation }
  expect(await world.llcs.alert(toDsrsp)).toBe(false)
  const toSupplier = { ...executed, recipient: supplier.peer.organisation }
  expect(await world.llcs.alert(toSupplier)).toBe(true)
  await eventually(() => told().at(-1)?.kind === 'deviceAlert')
  expect(told().at(-1)).toMatchObject({
    device: llcs,
    alertCode: '8F66',
    words: expect.stringContaining('came into force at 2026') as string,
  })
}, 240_000)

test('a device that is gone is commanded by nobody, whatever is asked for it next', async () => {
  const { supplier, dsrsp, csms } = world.users
  const llcs = world.devices.llcs.peer.eui
  const meter = world.devices.meter.peer.eui
  const gone = (user: Identity, device: Eui64) =>
    outcome(user, toCompany(user, '8.3', { kind: 'decommission', device }))
  expect(await gone(csms, llcs)).toBe('RoleForbidden')
  expect(await gone(dsrsp, meter)).toBe('RoleForbidden')
  expect(await gone(supplier, eui64('02-00-00-00-00-00-00-99'))).toBe('DeviceUnknown')
  // A threshold holds what is asked of the data company itself as it holds a command.
  const client = world.clientOf(dsrsp)
  const own = [{ service: '8.3', periodMinutes: 10, most: 0 }]
  await client.request('PUT', `${world.url}/api/v1/thresholds`, own)
  expect(await gone(dsrsp, llcs)).toBe('Quarantined')
  expect(await move(dsrsp, llcs, 'decommission')).toBe('BodyInvalid')
  expect(await arm()).toBe('Accepted')
  const held = await client.request('GET', `${world.url}/api/v1/quarantine`)
  const [{ reference } = { reference: '' }] = (held.body as { requests: { reference: string }[] })
    .requests
  await client.request('POST', `${world.url}/api/v1/quarantine/${reference}/process`)
  await client.request('PUT', `${world.url}/api/v1/thresholds`, [])
  expect(await gone(dsrsp, llcs)).toBe('DeviceStatusWrong')
  expect(await arm()).toBe('DeviceNotCommissioned')
  for (const name of ['whitelist', 'install', 'commission'])
    expect(await move(supplier, llcs, name)).toBe('DeviceState')
  const anew = toCompany(supplier, '12.2', prenotification(llcs, 'HCALCS'))
  expect(await outcome(supplier, anew)).toBe('DeviceStatusWrong')
})

// Last: it counts in milliseconds of its own clock.
test(
  'the command line reads and commands a meter, changes its cells and takes it away',
  () => commandedByLine(world, certified(world.users.supplier.peer.organisation)),
  240_000,
)
