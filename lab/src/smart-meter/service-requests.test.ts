import { limits, nationalBudget } from '@interlock/contract'
import { correlate } from '@interlock/correlate'
import { buildRequest, cancellation, type ServiceRequest } from '@interlock/duis'
import {
  armOf,
  decodePreCommand,
  decodeResponse,
  decodeSigned,
  encodePreCommand,
  signPreCommand,
} from '@interlock/gbcs'
import { nodeCrypto as crypto, type Identity } from '@interlock/host'
import { eui64, inHours, inSeconds, instant, plus, type PrivateKey } from '@interlock/kernel'
import { openTariff, signedTariffIn } from '@interlock/seal'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { eventually } from './eventually.fixture.ts'
import { attemptsIn, readTariff, toMeter } from './attempts.fixture.ts'
import { switching } from './switching.fixture.ts'
import { settlementIsRead } from './settlement.fixture.ts'
import { standardTariffTravels } from './standard-tariff.fixture.ts'
import { standardTariff, timeOfUse } from './tariffs.fixture.ts'
import { evening, network, owner, ownerEui, rating } from './network.fixture.ts'

let world: Awaited<ReturnType<typeof network>>
beforeAll(async () => {
  world = await network('service-requests')
  await eventually(() => world.hub.connected() && world.meter.running.joined())
})
afterAll(() => world.close())
beforeEach(() => void (world.llcs.behaviour = 'success'))

const prices = [
  { from: instant(evening), pencePerKilowattHour: 38.4 },
  { from: instant(evening + 1_800_000), pencePerKilowattHour: -1.25 },
]
test('before a tariff is published there is none to read', async () => {
  const answer = await world.ask(world.users.csms, readTariff(world, world.users.csms))
  expect(answer.name).toBe('DeviceRefused')
  const response = decodeResponse(answer.payload ?? new Uint8Array())
  expect(response.ok && response.value.response.result).toBe('objectUndefined')
})

test("a supplier's tariff reaches the meter, and a reader verifies the supplier's signature", async () => {
  const published = await world.supplier().publish(prices)
  expect(published.meters).toEqual([{ meter: world.devices.meter.peer.eui }])
  expect(world.meter.running.tariff()).toMatchObject({
    version: published.version,
    from: evening,
    prices: [38_400, -1_250],
  })
  const answer = await world.ask(world.users.csms, readTariff(world, world.users.csms))
  expect(answer.name).toBe('Accepted')
  const response = decodeResponse(answer.payload ?? new Uint8Array())
  if (!response.ok) throw new Error(response.reason)
  const { covered, signature } = response.value
  expect(crypto.verify(world.devices.meter.peer.publicKey, covered, signature)).toBe(true)
  const tariff = decodeSigned(response.value.response.data ?? new Uint8Array())
  if (!tariff.ok) throw new Error(tariff.reason)
  const { supplier } = world.users
  expect(crypto.verify(supplier.peer.publicKey, tariff.value.covered, tariff.value.signature)).toBe(
    true,
  )
})

test('a tariff of registers and a calendar gets to the CSMS and the DSRSP, verified end to end', async () => {
  const { supplier, csms, dsrsp } = world.users
  const meter = world.devices.meter.peer.eui
  const published = await world.supplier().publish(timeOfUse)
  expect(published.meters).toEqual([{ meter }])
  for (const reader of [csms, dsrsp]) {
    const answer = await world.ask(reader, readTariff(world, reader))
    const signed = signedTariffIn(answer.payload ?? new Uint8Array()) ?? new Uint8Array()
    const opened = openTariff(signed, meter, supplier.peer, crypto, instant(evening))
    if (!opened.ok) throw new Error(opened.reason)
    const { version, prices } = opened.value
    expect(version).toBe(published.version)
    const night = prices.filter((price) => price.pencePerKilowattHour === 7.00035)
    expect([prices.length, night.length]).toEqual([7 * 48, 7 * 12])
  }
})

test("the home's other devices are told the tariff by its meter, as the supplier signed it", async () => {
  const { supplier } = world.users
  const meter = world.devices.meter.peer.eui
  const { version } = await world.supplier().publish(timeOfUse)
  const told = () =>
    openTariff(
      world.llcs.tariff ?? new Uint8Array(),
      meter,
      supplier.peer,
      crypto,
      instant(evening),
    )
  await eventually(() => {
    const opened = told()
    return opened.ok && opened.value.version === version
  })
})

test('a tariff survives the restart of the meter', async () => {
  const before = world.meter.running.tariff()
  await world.meter.running.close()
  world.meter.running = await world.startMeterHere()
  expect(world.meter.running.tariff()).toEqual(before)
  await eventually(() => world.meter.running.joined())
})

test("an owner's arm goes through the app vendor to the LLCS, checked by everyone on its way", async () => {
  const request = world.armRequest('7.13')
  const first = await world.ask(world.users.web, request)
  expect(first.name).toBe('Accepted')
  const preCommand = first.preCommand ?? new Uint8Array()
  expect(correlate(buildRequest(request), preCommand)).toEqual({ ok: true, value: 'matches' })
  const signed = signPreCommand(preCommand, owner, crypto)
  const answer = await world.ask(world.users.web, world.signedBy(request, signed))
  expect(answer.name).toBe('Accepted')
  const arm = armOf(world.llcs.accepted.at(-1)?.bytes ?? new Uint8Array(), crypto)
  expect(arm).toEqual(armOf(signed, crypto))
  expect(arm.ok && arm.value).toMatchObject({ use: 'onDemand', originator: ownerEui, evse: 1 })
  const charged = world.ledger().held().at(-1)
  expect(charged).toMatchObject({
    id: arm.ok ? arm.value.digest : '',
    organisation: world.users.web.peer.organisation,
    kind: 'consumer',
  })
  expect(charged?.edges.map((edge) => edge.swingWatts)).toEqual([rating, rating])
})

test('an arm to feed in is charged its swing from full import', async () => {
  const request = world.armRequest('7.16', { direction: 'export', levelPercent: 50 })
  expect((await world.arm(world.users.dsrsp, request, world.users.dsrsp.key)).name).toBe('Accepted')
  expect(world.ledger().held().at(-1)).toMatchObject({ kind: 'response' })
  expect(world.ledger().held().at(-1)?.edges[0]?.swingWatts).toBe(1.5 * rating)
})

test('what a supplier may switch is charged for its day to the supplier, and held where that is too much', async () => {
  const { supplier } = world.users
  world.ledger().limits = { ...nationalBudget, organisationWatts: 2 * rating }
  const request = switching('7.5', supplier, world)
  const from = world.clock.now()
  const switchNow = async (each: ServiceRequest) =>
    (await world.arm(supplier, each, supplier.key)).name
  expect(await switchNow(request)).toBe('Accepted')
  const until = from + limits.armWindowMillisMax + 1000 * limits.randomDelaySecondsMax
  const edge = { from, until, swingWatts: rating }
  expect(world.ledger().held().at(-1)).toMatchObject({
    organisation: supplier.peer.organisation,
    kind: 'response',
    edges: [edge, edge],
  })
  const reached = world.llcs.accepted.length
  expect(await switchNow(switching('7.6', supplier, world))).toBe('BudgetExceeded')
  expect(world.llcs.accepted.length).toBe(reached)
  world.ledger().limits = nationalBudget
  expect(await switchNow(request)).toBe('CounterUsed')
  const now = world.clock.now()
  const wrong = [
    { controller: 2 },
    { from: plus(now, inHours(1)) },
    { from: plus(now, inSeconds(-61)) },
  ]
  for (const change of wrong)
    expect(await switchNow(switching('7.6', supplier, world, change))).toBe('ParameterInvalid')
})

test('a calendar of controllers goes to the LLCS with its date, and costs no budget', async () => {
  const { supplier } = world.users
  const held = world.ledger().held().length
  const day = { year: 2026, month: 6, day: 21, weekday: 'any' } as const
  const calendar = (id: number, executeAt?: typeof evening): ServiceRequest => ({
    ...attemptsIn(world)['6.14.3'](supplier),
    body: { kind: 'controllerSchedules', executeAt, schedules: [], specialDays: [{ id, ...day }] },
  })
  const request = calendar(1, plus(world.clock.now(), inHours(1)))
  expect((await world.arm(supplier, request, supplier.key)).name).toBe('Accepted')
  expect(world.llcs.accepted.at(-1)?.command).toMatchObject({ useCase: 'ECS46d' })
  expect(world.ledger().held()).toHaveLength(held)
  expect((await world.arm(supplier, calendar(1, cancellation), supplier.key)).name).toBe('Accepted')
  for (const wrong of [
    calendar(2),
    calendar(1, world.clock.now()),
    calendar(1, plus(world.clock.now(), inHours(31 * 24))),
  ])
    expect(await outcome(supplier, wrong)).toBe('ParameterInvalid')
})

test("the standard's tariff is made into its message for a supplier, and what does not fit is refused", async () => {
  const { supplier, csms } = world.users
  const asked = (...tariff: Parameters<typeof standardTariff>) =>
    toMeter(world, '1.1.1', supplier, standardTariff(...tariff))
  for (const [executeAt, registers] of [
    [undefined, [1]],
    [plus(world.clock.now(), inHours(1)), [101]],
    [cancellation, [1, 101]],
  ] as const) {
    const request = asked(executeAt, registers)
    const { preCommand } = await world.ask(supplier, request)
    const made = preCommand ?? new Uint8Array()
    expect(correlate(buildRequest(request), made)).toMatchObject({ ok: true })
    expect(correlate(buildRequest(asked(executeAt, registers)), made)).toMatchObject({
      reason: 'Counter',
    })
  }
  for (const wrong of [world.clock.now(), plus(world.clock.now(), inHours(31 * 24))])
    expect(await outcome(supplier, asked(wrong))).toBe('ParameterInvalid')
  expect(await outcome(csms, asked())).toBe('RoleForbidden')
  // The message itself, signed with a date that nobody was asked for.
  const request = asked()
  const made = decodePreCommand((await world.ask(supplier, request)).preCommand ?? new Uint8Array())
  if (!made.ok || made.value.command.useCase !== 'ECS01a') throw new Error('a tariff was made')
  const late = { ...made.value.command, execution: plus(world.clock.now(), inHours(31 * 24)) }
  const signed = signPreCommand(encodePreCommand(late), supplier.key, crypto)
  expect(await outcome(supplier, world.signedBy(request, signed))).toBe('ParameterInvalid')
})

test('every role tries every service request, and only the table allows', async () => {
  const allowed: string[] = []
  /** Permitted, and then there is none that a device signed, no such device or controller. */
  const beyondRoles = /^(AnswerInvalid|DeviceUnknown|DeviceRefused)$/
  const untransformed: string[] = []
  const unrelated: string[] = []
  for (const user of ['supplier', 'dsrsp', 'csms', 'web'] as const)
    for (const [service, attempt] of Object.entries(attemptsIn(world))) {
      const { name } = await world.ask(world.users[user], attempt(world.users[user]))
      if (name === 'Accepted') allowed.push(`${user} ${service}`)
      else if (beyondRoles.test(name)) untransformed.push(`${user} ${service}`)
      else if (name === 'RelationMissing') unrelated.push(`${user} ${service}`)
      else expect(name).toBe('RoleForbidden')
    }
  expect(allowed).toEqual([
    'supplier 1.1.1',
    'supplier 4.8.1',
    'supplier 4.11.1',
    'supplier 7.5',
    'supplier 7.6',
    'supplier 7.12',
    'supplier 6.11',
    'supplier 6.14.3',
    'supplier 6.15.1',
    'supplier 11.3',
    'dsrsp 4.8.1',
    'dsrsp 4.11.1',
    'dsrsp 7.16',
    'csms 4.11.1',
    'web 7.13',
  ])
  expect(untransformed).toEqual([
    'supplier 4.1.2',
    'supplier 7.14',
    'supplier 7.15',
    'supplier 8.3',
    'supplier 8.13',
    'supplier 12.2',
    'dsrsp 7.14',
    'dsrsp 7.15',
    'dsrsp 8.3',
    'dsrsp 8.13',
    'dsrsp 12.2',
    'csms 7.14',
    'csms 7.15',
  ])
  expect(unrelated).toEqual(['web 4.11.1', 'web 7.14', 'web 7.15'])
})

test('a random offset limit reaches the meter, which has no such thing and says so', async () => {
  const { supplier } = world.users
  const request = toMeter(world, '7.12', supplier, { kind: 'offsetLimit', limitSeconds: 0 })
  expect((await world.arm(supplier, request, supplier.key)).name).toBe('DeviceRefused')
})

test('a time that is not now is set by nobody, and a meter says where its own is another', async () => {
  const { supplier } = world.users
  const set = async (at: number, toleranceSeconds = 60) => {
    const body = { kind: 'clock', at: instant(at), toleranceSeconds } as const
    return (await world.arm(supplier, toMeter(world, '6.11', supplier, body), supplier.key)).name
  }
  for (const at of [evening + 60_000, evening - 120_000])
    expect(await set(at)).toBe('ParameterInvalid')
  // Let pass, and beyond what two clocks may differ by.
  expect(await set(evening - 25_000, 10)).toBe('DeviceRefused')
  expect(await set(evening - 60_000)).toBe('Accepted')
})

test('a supervisor has no service requests, and a stranger no connection', async () => {
  const { supervisor } = world.users
  const xml = world.sign(supervisor, buildRequest(readTariff(world, supervisor)))
  await expect(world.post(supervisor, xml)).rejects.toThrow('NotPermitted')
})

const outcome = async (user: Identity, request: ServiceRequest): Promise<string> =>
  (await world.ask(user, request)).name

test('an unsigned request, or one signed by someone else, is refused', async () => {
  const { web, csms } = world.users
  const xml = buildRequest(world.armRequest('7.13'))
  expect((await world.post(web, xml)).name).toBe('SignatureInvalid')
  expect((await world.post(web, world.sign(csms, xml))).name).toBe('SignerWrong')
  const forged = world.sign({ ...web, key: crypto.generateKey().key }, xml)
  expect((await world.post(web, forged)).name).toBe('SignatureInvalid')
  const changed = world.sign(web, xml).replace('>100<', '>10<')
  expect((await world.post(web, changed)).name).toBe('SignatureInvalid')
  expect((await world.post(web, 'not xml')).name).toBe('RequestMalformed')
  expect((await world.post(web, `<!DOCTYPE a>${xml}`)).name).toBe('RequestMalformed')
})

test('originator, device and its kind must be the ones that the service is for', async () => {
  const { web, dsrsp, supplier } = world.users
  const { meter, llcs } = world.devices
  const arm = world.armRequest('7.13')
  expect(await outcome(web, { ...arm, target: eui64('02-00-00-00-00-00-00-99') })).toBe(
    'DeviceUnknown',
  )
  expect(await outcome(web, { ...arm, target: meter.peer.eui })).toBe('DeviceUnsuitable')
  expect(await outcome(web, { ...arm, originator: web.peer.organisation })).toBe('OriginatorWrong')
  expect(await outcome(web, { ...arm, originator: llcs.peer.eui })).toBe('OriginatorWrong')
  const response = { ...world.armRequest('7.16'), originator: supplier.peer.organisation }
  expect(await outcome(dsrsp, response)).toBe('OriginatorWrong')
})

const hour = 3_600_000
const windows: readonly (readonly [string, object])[] = [
  ['longer than 24 hours', { until: instant(evening + 24 * hour + 1000) }],
  ['empty', { until: evening }],
  ['reversed', { until: instant(evening - 1000) }],
  ['in the past', { from: instant(evening - 2 * hour), until: instant(evening - hour) }],
  ['starting later', { from: instant(evening + 60_000) }],
  ['started long ago', { from: instant(evening - 61_000) }],
  ['of a controller that is not there', { controller: 2 }],
]

test.each(windows)('an on-demand arm with a window %s is refused', async (_name, change) => {
  const request = world.armRequest('7.13', change)
  expect(await outcome(world.users.web, request)).toBe('ParameterInvalid')
  // The same parameters, with the transform left out.
  if (request.body.kind !== 'loadControl') throw new Error('a load control')
  const { kind: _, ...load } = request.body
  const { originator, target, counter } = request
  const bytes = encodePreCommand({ useCase: 'ECS47a', originator, target, counter, ...load })
  const signed = signPreCommand(bytes, owner, crypto)
  expect(await outcome(world.users.web, world.signedBy(request, signed))).toBe('ParameterInvalid')
})

test('a counter is used once, even by two requests at the same time', async () => {
  const { web } = world.users
  const request = world.armRequest('7.13')
  const { preCommand = new Uint8Array() } = await world.ask(web, request)
  const signed = world.signedBy(request, signPreCommand(preCommand, owner, crypto))
  const both = await Promise.all([world.ask(web, signed), world.ask(web, signed)])
  expect(both.map((each) => each.name).sort()).toEqual(['Accepted', 'CounterUsed'])
  expect(await outcome(web, signed)).toBe('CounterUsed')
  expect(await outcome(web, request)).toBe('CounterUsed')
  expect(await outcome(web, { ...request, counter: request.counter - 1n })).toBe('CounterUsed')
})

test('an app vendor cannot use up the counters of others', async () => {
  const { web, dsrsp } = world.users
  const burnt = { ...world.armRequest('7.13'), originator: dsrsp.peer.organisation }
  expect((await world.arm(web, { ...burnt, counter: (1n << 64n) - 1n }, web.key)).name).toBe(
    'DeviceDiscarded',
  )
  expect((await world.arm(dsrsp, world.armRequest('7.16'), dsrsp.key)).name).toBe('Accepted')
})

const sign = (request: ServiceRequest, bytes: Uint8Array, key: PrivateKey) =>
  world.signedBy(request, signPreCommand(bytes, key, crypto))

test('a signed pre-command that is not the one in the header is refused', async () => {
  const { web, dsrsp } = world.users
  const request = world.armRequest('7.13')
  const other = world.armRequest('7.13')
  const { preCommand = new Uint8Array() } = await world.ask(web, request)
  expect(await outcome(web, sign(other, preCommand, owner))).toBe('PreCommandChanged')
  expect(await outcome(web, world.signedBy(request, preCommand))).toBe('PreCommandChanged')
  expect(await outcome(web, world.signedBy(request, new Uint8Array(9)))).toBe('PreCommandChanged')
  const response = world.armRequest('7.16')
  const made = await world.ask(dsrsp, response)
  const bytes = made.preCommand ?? new Uint8Array()
  expect(await outcome(dsrsp, sign(response, bytes, owner))).toBe('SignatureRefused')
  expect(await outcome(dsrsp, sign(response, bytes, dsrsp.key))).toBe('Accepted')
})

test('an arm whose owner the LLCS does not know is discarded there', async () => {
  const stranger = crypto.generateKey().key
  const request = world.armRequest('7.13')
  expect((await world.arm(world.users.web, request, stranger)).name).toBe('DeviceDiscarded')
  expect(world.llcs.refusals.at(-1)).toBe('SignatureInvalid')
  const unknown = { ...world.armRequest('7.13'), originator: eui64('A2-00-00-00-00-00-00-77') }
  expect((await world.arm(world.users.web, unknown, stranger)).name).toBe('DeviceDiscarded')
  expect(world.llcs.refusals.at(-1)).toBe('OriginatorUnknown')
})

test('an answer that the device has not signed is not believed', async () => {
  world.llcs.behaviour = 'garbled'
  const answer = await world.arm(world.users.web, world.armRequest('7.13'), owner)
  expect(answer.name).toBe('AnswerInvalid')
})

test("the standard's tariff travels as it was signed", () => standardTariffTravels(world))

test('a settlement meter is read, and finds a charger that lies', () => settlementIsRead(world))
