import { readFileSync } from 'node:fs'
import { limits, nationalBudget } from '@interlock/contract'
import { cancellation, parseRequest, type ServiceRequest } from '@interlock/duis'
import { signPreCommand } from '@interlock/gbcs'
import { nodeCrypto as crypto, writeAtomic, type Identity } from '@interlock/host'
import { instant, toHex, toIso, type Instant, type PrivateKey } from '@interlock/kernel'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { newDsrsp } from './crowd.ts'
import { companyRows } from './company-rows.fixture.ts'
import { eventually } from './eventually.fixture.ts'
import { image } from './firmware.fixture.ts'
import { network, owner, rating } from './network.fixture.ts'
import { letThrough, passed } from './quarantined.fixture.ts'
import { askSupplier } from './supplier.fixture.ts'

const minute = 60_000
const hour = 60 * minute
/** What all users together may have carried out in a minute. */
const most = 4
const anomaly = {
  eachUser: [],
  allUsers: [{ service: '7.16', periodMinutes: 1, most }],
  attributes: [],
}
const futureDatedMost = 2
let world: Awaited<ReturnType<typeof network>>
beforeAll(async () => {
  world = await network('future-dated', nationalBudget, anomaly, {
    futureDatedMost,
    controllers: 3,
  })
  await eventually(() => world.hub.connected() && world.meter.running.joined())
})
afterAll(() => world.close())
beforeEach(async () => {
  world.ledger().limits = nationalBudget
  // Past what was counted, in both of the minutes that it may have touched.
  await world.clock.advance(2 * minute)
})

let others = 0
/** Another DSRSP, whose arms the LLCS takes. */
const another = (): Identity => {
  const user = newDsrsp(world, (others += 1))
  world.signers.set(user.peer.organisation, user.peer.publicKey)
  return user
}
/** Counts in milliseconds of the time of execution: what is sent before does not overtake it. */
const counterAt = (at: Instant): bigint => BigInt(at) * 1_000n + (world.nextCounter() % 1_000n)
type Change = Parameters<typeof world.armRequest>[1]
const arm = (user: Identity, executeAt: Instant, change: Change = {}): ServiceRequest => ({
  ...world.armRequest(
    '7.16',
    { from: executeAt, until: instant(executeAt + hour), ...change },
    user,
  ),
  counter: counterAt(executeAt),
})
const payloadOf = async (
  user: Identity,
  request: ServiceRequest,
  key: PrivateKey = user.key,
): Promise<Uint8Array | string> => {
  const made = await world.ask(user, request)
  return made.preCommand === undefined ? made.name : signPreCommand(made.preCommand, key, crypto)
}
const sendAt = async (
  user: Identity,
  request: ServiceRequest,
  payload: Uint8Array,
  executeAt?: Instant,
): Promise<string> => {
  const body = { kind: 'signedPreCommand', payload, executeAt } as const
  return (await world.ask(user, { ...request, commandVariant: 5, body })).name
}
const dated = async (user: Identity, request: ServiceRequest, executeAt: Instant) => {
  const payload = await payloadOf(user, request)
  return typeof payload === 'string' ? payload : sendAt(user, request, payload, executeAt)
}
/** An arm for the hour that begins then, to be sent then. */
const ahead = (user: Identity, executeAt: Instant, change: Change = {}) =>
  dated(user, arm(user, executeAt, change), executeAt)
const inFuture = (millis: number): Instant =>
  instant(Math.ceil((world.clock.now() + millis) / 1000) * 1000)
const delivered = (): number => world.llcs.accepted.length
/** Arms that hold budget, of these users. */
const held = (...users: readonly Identity[]): number => {
  const organisations = new Set<string>(users.map(({ peer }) => peer.organisation))
  return world
    .ledger()
    .held()
    .filter((each) => organisations.has(each.organisation)).length
}
const outcomesOf = async (user: Identity) => {
  const { body } = await world.clientOf(user).request('GET', `${world.url}/api/v1/future-dated`)
  const { requests } = body as { requests: { state: string; outcome: string | null }[] }
  return requests.map(({ state, outcome }) => outcome ?? state)
}
const ended = (user: Identity, outcome: string) =>
  eventually(async () => (await outcomesOf(user))[0] === outcome)

test('what is dated ahead is charged at once and sent at its time, over a restart', async () => {
  const user = another()
  const at = inFuture(2 * hour)
  const before = delivered()
  expect(await ahead(user, at)).toBe('FutureDated')
  expect([delivered(), held(user)]).toEqual([before, 1])
  const charged = world.ledger().held().at(-1)
  expect(charged?.edges[0]).toMatchObject({ from: at, swingWatts: rating })
  // Nobody else is shown it.
  expect(await outcomesOf(another())).toEqual([])
  const lost = another()
  expect(await ahead(lost, at)).toBe('FutureDated')
  const its = `organisation = '${lost.peer.organisation}'`
  await companyRows(world, `update future_dated set state = 'sending' where ${its}`)
  await world.restartDcc()
  // On its way when all ended: it is not sent again, keeps its budget, and that is on the record.
  expect([await outcomesOf(lost), held(lost)]).toEqual([['DeliveryTimeout'], 1])
  const [last] =
    readFileSync(`${world.dir}/dcc/audit.jsonl`, 'utf8').match(/.*FutureDatedEnded.*/gu) ?? []
  expect(last).toContain('DeliveryTimeout')
  await eventually(() => world.dcc().hubsConnected() === 1)
  await world.clock.advance(2 * hour - minute)
  expect(delivered()).toBe(before)
  await world.clock.advance(minute)
  await ended(user, 'Accepted')
  expect([delivered(), held(user)]).toEqual([before + 1, 1])
})

test('a later one for the same controller replaces it, and it can be cancelled by its own user', async () => {
  const user = another()
  const before = delivered()
  const at = inFuture(hour)
  expect(await ahead(user, at)).toBe('FutureDated')
  const second = instant(at + 10 * minute)
  expect(await ahead(user, second)).toBe('FutureDated')
  expect(held(user)).toBe(1)
  expect(await dated(another(), arm(another(), second), cancellation)).toBe('OriginatorWrong')
  const stranger = another()
  expect(await dated(stranger, arm(stranger, second), cancellation)).toBe('FutureDatedUnknown')
  const forged = { ...user, key: crypto.generateKey().key }
  expect(await dated(forged, arm(user, second), cancellation)).toBe('SignatureInvalid')
  expect(held(user)).toBe(1)
  expect(await dated(user, arm(user, second), cancellation)).toBe('Cancelled')
  expect(await dated(user, arm(user, second), cancellation)).toBe('FutureDatedUnknown')
  expect(held(user)).toBe(0)
  await world.clock.advance(2 * hour)
  expect(delivered()).toBe(before)
})

test('a date in the past or too far ahead, or of a request that takes none, is refused', async () => {
  const user = another()
  const now = inFuture(0)
  expect(await dated(user, arm(user, now), instant(now - 1_000))).toBe('ExecutionTimeInvalid')
  const last = limits.futureDatedMillisMax
  expect(await ahead(user, inFuture(last + 2_000))).toBe('ExecutionTimeInvalid')
  expect(await ahead(user, inFuture(last - 2_000))).toBe('FutureDated')
  // Over when it would be sent, or not begun a day later.
  expect(await dated(user, arm(user, now), inFuture(2 * hour))).toBe('ParameterInvalid')
  expect(await dated(user, arm(user, inFuture(27 * hour)), inFuture(hour))).toBe('ParameterInvalid')
  expect(await dated(user, arm(user, inFuture(hour)), cancellation)).toBe('Cancelled')
  const { web } = world.users
  const onDemand = world.armRequest('7.13')
  const payload = await payloadOf(web, onDemand, owner)
  if (typeof payload === 'string') throw new Error(payload)
  const charged = held(web)
  expect(await sendAt(web, onDemand, payload, inFuture(hour))).toBe('FutureDatingForbidden')
  expect(held(web)).toBe(charged)
  expect(held(user)).toBe(0)
})

test('no more is held for a user than it may have waiting, and what is too much costs nothing', async () => {
  const user = another()
  const at = inFuture(hour)
  const of = (controller: number) => ahead(user, at, { controller })
  for (const controller of [1, 2]) expect(await of(controller)).toBe('FutureDated')
  expect(await of(3)).toBe('FutureDatedFull')
  expect(held(user)).toBe(futureDatedMost)
  // In its own place there is room, and for others.
  await world.clock.advance(2 * minute)
  expect(await of(2)).toBe('FutureDated')
  expect(await ahead(another(), at)).toBe('FutureDated')
  expect(held(user)).toBe(futureDatedMost)
})

test('however it is dated, the window it moves load in has one budget: many DSRSPs below their own limits', async () => {
  const at = inFuture(20 * hour)
  const limit = 2 * 2 * rating
  world.ledger().limits = { ...nationalBudget, regionWatts: limit, totalWatts: limit }
  const [first, second, third] = [another(), another(), another()]
  expect(await ahead(first, at)).toBe('FutureDated')
  expect(await ahead(second, instant(at + minute))).toBe('FutureDated')
  // The attack: each is alone when it comes, and all move at once.
  expect(await ahead(third, instant(at + 2 * minute))).toBe('BudgetExceeded')
  // Held for its megawatts it has passed the thresholds once, however often it is let through.
  await letThrough(world, third)
  expect([await passed(world, third), held(third)]).toEqual([1, 0])
  // Nor does it help to send it now, for that hour; a cancelled one frees its room, and no more.
  const now = arm(third, at)
  expect((await world.arm(third, now, third.key)).name).toBe('BudgetExceeded')
  await world.clock.advance(2 * minute)
  expect(await dated(first, arm(first, at), cancellation)).toBe('Cancelled')
  expect(await ahead(third, at)).toBe('FutureDated')
  expect(await ahead(first, at)).toBe('BudgetExceeded')
  // Without that limit it succeeds.
  await world.clock.advance(2 * minute)
  world.ledger().limits = nationalBudget
  expect(await ahead(first, at)).toBe('FutureDated')
  await world.clock.advance(21 * hour)
  for (const user of [first, second, third]) await ended(user, 'Accepted')
})

test('however slowly they are handed in, no more are carried out in a period than its threshold', async () => {
  const at = inFuture(2 * hour)
  const before = delivered()
  const users = Array.from({ length: most + 1 }, another)
  for (const user of users) {
    expect(await ahead(user, at)).toBe('FutureDated')
    await world.clock.advance(2 * minute)
  }
  await world.clock.advance(at - world.clock.now())
  await eventually(async () => {
    const outcomes = await Promise.all(users.map(outcomesOf))
    return outcomes.flat().every((each) => each !== 'held' && each !== 'sending')
  })
  const outcomes = (await Promise.all(users.map(outcomesOf))).flat()
  expect(outcomes.toSorted()).toEqual([
    ...Array.from({ length: most }, () => 'Accepted'),
    'Quarantined',
  ])
  expect([delivered(), held(...users)]).toEqual([before + most, most])
})

test('what is overtaken or whose user is revoked is not carried out, and gives its budget back', async () => {
  const overtaken = another()
  const at = inFuture(20 * minute)
  const request = arm(overtaken, at)
  const payload = await payloadOf(overtaken, request)
  if (typeof payload === 'string') throw new Error(payload)
  expect(await sendAt(overtaken, request, payload, at)).toBe('FutureDated')
  // The same arm is under way once: sent at once as well it takes nothing twice.
  const before = delivered()
  expect(await sendAt(overtaken, request, payload)).toBe('CounterUsed')
  expect([delivered(), held(overtaken)]).toEqual([before, 1])
  const revoked = another()
  expect(await ahead(revoked, at)).toBe('FutureDated')
  const later = {
    ...world.armRequest('7.16', {}, overtaken),
    counter: request.counter + 1n,
  }
  expect((await world.arm(overtaken, later, overtaken.key)).name).toBe('Accepted')
  writeAtomic(world.revocationList, world.smki.revoke(revoked.peer.serialHex), 0o644)
  await world.dccWall.advance(minute)
  await world.clock.advance(20 * minute)
  // The device says so: what was used up here alone ends nothing that is dated.
  await ended(overtaken, 'FutureDatedOvertaken')
  await eventually(() => held(overtaken, revoked) === 1)
  expect(delivered()).toBe(before + 1)
})

test("a supplier's tariff gets to the meter at its time, and is in force when its prices begin", async () => {
  const at = inFuture(hour)
  const from = instant((Math.floor(at / (30 * minute)) + 1) * 30 * minute)
  const prices = [{ from, pencePerKilowattHour: 7.5 }]
  const before = world.meter.running.tariff()
  const { version, meters } = await world.supplier().publish(prices, at)
  expect(meters).toEqual([{ meter: world.devices.meter.peer.eui }])
  await world.clock.advance(hour - minute)
  expect(world.meter.running.tariffComesAt()).toBeUndefined()
  await world.clock.advance(minute)
  await eventually(() => world.meter.running.tariffComesAt() === from)
  expect(world.meter.running.tariff()).toEqual(before)
  await world.clock.advance(from - world.clock.now())
  await eventually(() => {
    const tariff = world.meter.running.tariff()
    return tariff?.useCase === 'UpdateHalfHourlyTariff' && tariff.version === version
  })
})

test('what the supplier cancels its meter takes from nobody any more, whoever kept it', async () => {
  const { supplier } = world.users
  const meter = world.devices.meter.peer.eui
  const order = async (executeAt: Instant) => {
    const body = { hash: toHex(image), executeAt: toIso(executeAt) }
    return (await askSupplier(world, supplier, `${meter}/firmware`, body)).body
  }
  expect(await order(inFuture(hour))).toEqual({ device: meter })
  const [row] = await companyRows(
    world,
    `select request from future_dated where slot like '% 11.3'`,
  )
  const kept = parseRequest((row as { request: string }).request)
  if (!kept.ok || kept.value.body.kind !== 'signedPreCommand') throw new Error('it is held')
  expect(await order(cancellation)).toEqual({ device: meter, ended: true })
  // The attack: the data company forgets the counters, and delivers what was cancelled.
  const { originator, counter, body } = kept.value
  await companyRows(world, `update counters set last = 0 where source = '${originator}'`)
  const at = { originator, counter, target: meter, service: '11.3', commandVariant: 5 } as const
  const { payload } = body
  const answer = await world.ask(supplier, { ...at, body: { kind: body.kind, payload } })
  expect(answer.name).toBe('DeviceDiscarded')
  expect(world.meter.running.firmware()).toBe('00010000')
})

test('firmware is activated at its time, and not before', async () => {
  const { supplier } = world.users
  const at = inFuture(hour)
  const request: ServiceRequest = {
    originator: supplier.peer.organisation,
    target: world.devices.meter.peer.eui,
    counter: counterAt(at),
    service: '11.3',
    commandVariant: 4,
    body: { kind: 'firmware', hash: image },
  }
  expect(await dated(supplier, request, at)).toBe('FutureDated')
  await world.clock.advance(hour - minute)
  expect(world.meter.running.firmware()).toBe('00010000')
  await world.clock.advance(minute)
  await eventually(() => world.meter.running.firmware() === '00010001')
})

test('what is due at a device that says nothing holds back what comes after, which may be asked again', async () => {
  const user = another()
  const at = inFuture(hour)
  expect(await ahead(user, at)).toBe('FutureDated')
  // Due before its timer is: whoever comes next brings it.
  const its = `organisation = '${user.peer.organisation}'`
  await companyRows(world, `update future_dated set execute_at = ${world.clock.now()} where ${its}`)
  const next = { ...world.armRequest('7.16', {}, user), counter: counterAt(at) + 5_000_000n }
  const ask = async () => (await world.arm(user, next, user.key)).name
  const before = delivered()
  world.llcs.behaviour = 'silent'
  const asked = ask()
  await eventually(() => delivered() === before + 1)
  await world.dccWall.advance(15_000)
  expect(await asked).toBe('DeviceUnreachable')
  world.llcs.behaviour = 'success'
  expect([await outcomesOf(user), delivered()]).toEqual([['DeliveryTimeout'], before + 1])
  expect(await ask()).toBe('Accepted')
})

test('what falls due during a slow delivery waits for its turn at that device, and holds up no other', async () => {
  const [user, beside] = [another(), another()]
  const at = inFuture(10 * minute)
  for (const each of [user, beside]) expect(await ahead(each, at)).toBe('FutureDated')
  const before = delivered()
  world.llcs.behaviour = 'silent'
  const slow = world.arm(user, world.armRequest('7.16', {}, user), user.key)
  await eventually(() => delivered() === before + 1)
  world.llcs.behaviour = 'success'
  const due = world.clock.advance(at - world.clock.now())
  await ended(beside, 'Accepted')
  expect([await outcomesOf(user), delivered()]).toEqual([['held'], before + 2])
  await world.dccWall.advance(15_000)
  expect((await slow).name).toBe('DeliveryTimeout')
  await due
  expect([await outcomesOf(user), delivered()]).toEqual([['Accepted'], before + 3])
})

test('what its device is away for goes before anything else once that is back, in its minute', async () => {
  const user = another()
  const at = inFuture(10 * minute)
  expect(await ahead(user, at)).toBe('FutureDated')
  world.llcs.close()
  const { web } = world.users
  const probe = async () => (await world.arm(web, world.armRequest('7.13'), owner)).name
  await eventually(async () => (await probe()) === 'DeviceUnreachable')
  await world.clock.advance(at - world.clock.now() + 5_000)
  // A clock would be set so: with a counter above what is due, in the minute of it.
  const next = { ...world.armRequest('7.16', {}, user), counter: counterAt(at) + 5_000_000n }
  const ask = async () => (await world.arm(user, next, user.key)).name
  expect(await ask()).toBe('DeviceUnreachable')
  await ended(user, 'held')
  expect(held(user)).toBe(1)
  const back = await world.joinLlcs()
  expect(await ask()).toBe('Accepted')
  const counters = back.accepted.map(({ command }) => command.counter)
  expect(counters).toEqual([counters[0], next.counter])
  expect(await outcomesOf(user)).toEqual(['Accepted'])
  expect(held(user)).toBe(2)
  back.close()
})

test('what its hub is away for is tried again, until its time has passed', async () => {
  const late = another()
  const soon = inFuture(10 * minute)
  expect(await ahead(late, soon)).toBe('FutureDated')
  await world.hub.close()
  await eventually(() => world.dcc().hubsConnected() === 0)
  await world.clock.advance(10 * minute + limits.executionLateMillisMax - 10_000)
  const next = { ...world.armRequest('7.16', {}, late), counter: counterAt(soon) + 5_000_000n }
  expect((await world.arm(late, next, late.key)).name).toBe('DeviceUnreachable')
  await ended(late, 'held')
  await world.clock.advance(20_000)
  await ended(late, 'FutureDatedMissed')
  expect(held(late)).toBe(0)
})
