import { limits, nationalBudget } from '@interlock/contract'
import type { ServiceRequest } from '@interlock/duis'
import { signPreCommand } from '@interlock/gbcs'
import { nodeCrypto as crypto } from '@interlock/host'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from './eventually.fixture.ts'
import { network, owner, ownerEui, rating } from './network.fixture.ts'

// Room for two consumer arms, as each is charged its change and its return.
const consumerVendorWatts = 4 * rating
let world: Awaited<ReturnType<typeof network>>
beforeAll(async () => {
  world = await network('arm-budget', { ...nationalBudget, consumerVendorWatts })
  await eventually(() => world.hub.connected())
})
afterAll(() => world.close())

const armNow = async (request: ServiceRequest = world.armRequest('7.13')) =>
  (await world.arm(world.users.web, request, owner)).name
/** Until the budget of an arm that nobody used goes back. */
const returnMillis = limits.armUnusedMillis + limits.armAlertMillis
const held = (): number => world.ledger().held().length
/** Until no arm holds any budget. */
const passOver = async (): Promise<void> => {
  await world.clock.advance(returnMillis)
  await eventually(() => held() === 0)
}
const used = (request: ServiceRequest, change: { signer?: typeof world.devices.meter } = {}) =>
  world.llcs.alert(
    {
      code: 'ECS101',
      recipient: world.devices.dcc,
      about: { party: request.originator, counter: request.counter },
      controller: 1,
      direction: 'import',
      levelPercent: 100,
      from: world.clock.now(),
      until: world.clock.now(),
    },
    change,
  )

test('what exceeds the budget of the app vendor is quarantined and reaches nobody', async () => {
  expect(await armNow()).toBe('Accepted')
  expect(await armNow()).toBe('Accepted')
  const reached = world.llcs.accepted.length
  expect(await armNow()).toBe('BudgetExceeded')
  expect(world.llcs.accepted.length).toBe(reached)
  expect(held()).toBe(2)
  expect(world.dcc().totals()).toMatchObject({ granted: 2, refused: 1 })
})

test('an arm that moves nothing gives its budget back, in both ledgers, when no alert can be on its way any more', async () => {
  await world.clock.advance(returnMillis - 1_000)
  expect(held()).toBe(2)
  expect(await armNow()).toBe('BudgetExceeded')
  await world.clock.advance(1_000)
  await eventually(() => held() === 0)
  expect(world.dcc().totals().unused).toBe(2)
  expect(await armNow()).toBe('Accepted')
  await passOver()
})

test('an arm under which the load has moved keeps its budget', async () => {
  const request = world.armRequest('7.13')
  expect(await armNow(request)).toBe('Accepted')
  expect(await used(request)).toBe(true)
  await world.clock.advance(returnMillis)
  expect(held()).toBe(1)
  expect(world.dcc().totals().used).toBe(1)
})

test('the other ledger can refuse, and then this one is not charged either', async () => {
  world.ledger().limits = { ...nationalBudget, consumerVendorWatts: 1 }
  expect(await armNow()).toBe('BudgetExceeded')
  world.ledger().limits = nationalBudget
  expect(await armNow()).toBe('Accepted')
  await world.clock.advance(returnMillis)
  await eventually(() => held() === 1)
})

test('while the other ledger does not answer nothing is granted', async () => {
  const reached = world.llcs.accepted.length
  await world.stopLedger()
  expect(await armNow()).toBe('PeerUnavailable')
  expect(world.llcs.accepted.length).toBe(reached)
  await world.startLedger()
  expect(await armNow()).toBe('Accepted')
  await passOver()
})

test('an alert that the device has not signed changes nothing', async () => {
  const request = world.armRequest('7.13')
  expect(await armNow(request)).toBe('Accepted')
  const before = world.dcc().totals().used
  expect(await used(request, { signer: world.devices.meter })).toBe(false)
  expect(world.dcc().totals().used).toBe(before)
  await passOver()
})

test('an alert about an arm without budget is taken, and changes nothing', async () => {
  const before = world.dcc().totals().used
  const { target } = world.armRequest('7.13')
  const unknown = { ...world.armRequest('7.13'), originator: ownerEui, target, counter: 1n }
  expect(await used(unknown)).toBe(true)
  expect(world.dcc().totals().used).toBe(before)
})

test('a device that refuses, discards, or is not there, costs nothing', async () => {
  const stranger = { ...world.armRequest('7.13'), originator: world.users.dsrsp.peer.eui }
  expect(await armNow(stranger)).toBe('DeviceDiscarded')
  await eventually(() => held() === 0)
  world.llcs.behaviour = 'otherReason'
  expect(await armNow()).toBe('DeviceRefused')
  await eventually(() => held() === 0)
  world.llcs.behaviour = 'success'
  world.llcs.close()
  await eventually(async () => (await armNow()) === 'DeviceUnreachable')
  await eventually(() => held() === 0)
  const again = await world.joinLlcs()
  expect(await armNow()).toBe('Accepted')
  again.close()
  await passOver()
})

test('an arm of which nobody knows whether it arrived keeps its budget as long', async () => {
  const llcs = await world.joinLlcs()
  expect(await armNow({ ...world.armRequest('7.13'), counter: 900n })).toBe('CounterUsed')
  llcs.behaviour = 'silent'
  const silent = armNow()
  await eventually(() => llcs.accepted.length === 1)
  await world.dccWall.advance(20_000)
  expect(await silent).toBe('DeliveryTimeout')
  expect(held()).toBe(1)
  llcs.close()
  await passOver()
})

test('arms, budget and counters survive the restart of the data company', async () => {
  const llcs = await world.joinLlcs()
  const request = world.armRequest('7.13')
  expect(await armNow(request)).toBe('Accepted')
  await world.restartDcc()
  await eventually(() => world.hub.connected())
  expect(await armNow(request)).toBe('CounterUsed')
  expect(held()).toBe(1)
  await passOver()
  llcs.close()
})

test('a DSRSP arms as far as its own figure, whatever is planned; the next is refused by name', async () => {
  const { dsrsp } = world.users
  const limit = 2 * rating
  world.ledger().limits = { ...nationalBudget, agreedWatts: { [dsrsp.peer.organisation]: limit } }
  const llcs = await world.joinLlcs()
  const before = llcs.accepted.length
  const preAuthorise = async () =>
    (await world.arm(dsrsp, world.armRequest('7.16'), dsrsp.key)).name
  expect(await preAuthorise()).toBe('Accepted')
  expect(await preAuthorise()).toBe('BudgetExceeded')
  expect(llcs.accepted.length).toBe(before + 1)
  world.ledger().limits = nationalBudget
  expect(await preAuthorise()).toBe('Accepted')
  llcs.close()
})

/** The pre-authorisation of a DSRSP, in a command variant that brings it back. */
const localArm = async (commandVariant: 6 | 7, request = world.armRequest('7.16')) => {
  const { dsrsp } = world.users
  const { preCommand = new Uint8Array() } = await world.ask(dsrsp, request)
  const payload = signPreCommand(preCommand, dsrsp.key, crypto)
  const answer = await world.ask(dsrsp, { ...world.signedBy(request, payload), commandVariant })
  return { ...answer, asked: request, localCommand: answer.localCommand ?? new Uint8Array() }
}
const localResponse = (original: ServiceRequest, response: Uint8Array, user = world.users.dsrsp) =>
  world.ask(user, {
    originator: user.peer.organisation,
    target: world.devices.dcc,
    counter: world.nextCounter(),
    service: '8.13',
    commandVariant: 8,
    body: { kind: 'localResponse', original, response },
  })

test('an arm that its DSRSP delivers locally is charged like any other, and what the device refuses goes back', async () => {
  const llcs = await world.joinLlcs()
  const before = held()
  const first = await localArm(6)
  expect([first.name, first.payload, llcs.accepted.length]).toEqual(['Accepted', undefined, 0])
  expect(held()).toBe(before + 1)
  const taken = await llcs.hand(first.localCommand)
  expect(llcs.accepted).toHaveLength(1)
  expect((await localResponse(first.asked, taken ?? new Uint8Array())).name).toBe('Accepted')
  expect(held()).toBe(before + 1)
  const second = await localArm(6)
  llcs.behaviour = 'otherReason'
  const refused = (await llcs.hand(second.localCommand)) ?? new Uint8Array()
  // Somebody else's word gives nothing back: another's request, another answer, another signature.
  const forged = refused.with(refused.length - 1, (refused.at(-1) ?? 0) ^ 1)
  expect((await localResponse(second.asked, forged)).name).toBe('AnswerInvalid')
  expect((await localResponse(first.asked, refused)).name).toBe('AnswerInvalid')
  const { supplier } = world.users
  expect((await localResponse(second.asked, refused, supplier)).name).toBe('OriginatorWrong')
  expect(held()).toBe(before + 2)
  expect((await localResponse(second.asked, refused)).name).toBe('Accepted')
  expect(held()).toBe(before + 1)
  llcs.close()
})

test('a copy to deliver locally keeps its budget where the network does not reach the device', async () => {
  const before = held()
  let sent = await localArm(7)
  // Until the hub has seen the other connection go.
  await eventually(async () => {
    if (sent.name !== 'DeviceUnreachable') sent = await localArm(7)
    return sent.name === 'DeviceUnreachable'
  })
  expect(sent.localCommand.length).toBeGreaterThan(0)
  expect(held()).toBeGreaterThan(before)
})

test('an on-demand arm is for nobody to carry, and the budget is no smaller for who carries it', async () => {
  const request = world.armRequest('7.13')
  const { preCommand = new Uint8Array() } = await world.ask(world.users.web, request)
  const signed = world.signedBy(request, signPreCommand(preCommand, owner, crypto))
  for (const commandVariant of [6, 7] as const)
    expect((await world.ask(world.users.web, { ...signed, commandVariant })).name).toBe(
      'VariantForbidden',
    )
  world.ledger().limits = { ...nationalBudget, organisationWatts: 1 }
  const beyond = await localArm(6)
  expect([beyond.name, beyond.localCommand.length]).toEqual(['BudgetExceeded', 0])
  world.ledger().limits = nationalBudget
})

test('a hub that is not connected is said to be unreachable', async () => {
  const before = held()
  await world.hub.close()
  await eventually(() => world.dcc().hubsConnected() === 0)
  expect(await armNow()).toBe('DeviceUnreachable')
  await eventually(() => held() === before)
})
