import { inHours, inMinutes, inSeconds, plus, toBase64 } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { armFrom, curveOf, profileOf, second, type SignedArm } from './fixture/commands.fixture.ts'
import { dsrsp } from './fixture/parties.fixture.ts'
import { car, night, scene, type Scene } from './fixture/scene.fixture.ts'
import { until } from './fixture/until.fixture.ts'

const entropy = { bytes: (length: number) => new Uint8Array(length), below: () => 0 }

async function storeCurve(to: Scene): Promise<void> {
  const jws = to.csms.signed('DataTransfer', curveOf(night), { by: dsrsp })
  const answer = await to.csms.command('DataTransfer', second(to.clock, jws))
  expect(answer).toEqual({ status: 'Accepted' })
}
const respond = async (to: Scene, arm: SignedArm, hertz: number) => {
  const now = to.clock.now()
  const until = plus(now, inMinutes(30))
  return to.llcs.tell({ kind: 'respond', digest: arm.digest, hertz, measuredAt: now, until })
}
const own = (to: Scene, hertz: number) =>
  to.station.hardware.frequency({ at: to.clock.now(), hertz })

const returns = ({ llcs }: Scene): number =>
  llcs.heard.filter((each) => each.kind === 'used' && each.change === 'return').length

/** Charging at night, with curve and pre-authorisation in place. */
async function charging(options: { curve?: boolean; arm?: boolean } = {}) {
  const to = await scene({ entropy })
  to.station.hardware.plugIn(car)
  const arm = armFrom(night, { use: 'ECS47e', until: plus(night, inHours(6)) })
  if (options.curve !== false) await storeCurve(to)
  if (options.arm !== false) await to.llcs.tell({ kind: 'arm', preCommand: toBase64(arm.bytes) })
  return { to, arm }
}

test('curve, arm and both readings agree: the load falls at once, along the curve', async () => {
  const { to, arm } = await charging()
  await own(to, 49.65)
  expect(await respond(to, arm, 49.64)).toBeUndefined()
  expect(to.station.observe()).toMatchObject({ setPointWatts: 3_700, why: 'Response' })
  const decision = to.station.decisions().at(-1)
  expect(decision).toMatchObject({ second: 'response', delaySeconds: 0, reason: 'ResponseService' })
  await until(() => to.llcs.heard.some((each) => each.kind === 'used'), 'the word to the LLCS')
})

test('while a response runs its ceiling only falls', async () => {
  const { to, arm } = await charging()
  await own(to, 49.65)
  await respond(to, arm, 49.65)
  await to.clock.advance(1_000)
  await own(to, 49.55)
  expect(await respond(to, arm, 49.55)).toBeUndefined()
  expect(to.station.observe().setPointWatts).toBe(1_233)
  await to.clock.advance(1_000)
  await own(to, 49.75)
  await respond(to, arm, 49.75)
  expect(to.station.observe().setPointWatts).toBe(1_233)
})

test('the load comes back with a random delay, a minute after the change at the earliest', async () => {
  const { to, arm } = await charging()
  await own(to, 49.6)
  await respond(to, arm, 49.6)
  await to.clock.advance(10_000)
  await to.llcs.tell({ kind: 'restore', digest: arm.digest, at: to.clock.now() })
  await to.clock.advance(49_000)
  expect(to.station.observe().why).toBe('Response')
  // Said again it changes nothing, and is told to nobody once more.
  expect(await to.llcs.tell({ kind: 'restore', digest: arm.digest, at: to.clock.now() })).toBe(
    undefined,
  )
  await to.clock.advance(1_000)
  expect(to.station.observe().setPointWatts).toBe(7_400)
  expect(to.station.decisions().at(-1)).toMatchObject({ decision: 'applied', reason: 'Restored' })
  await until(() => returns(to) === 1, 'the word to the LLCS')
  await own(to, 49.6)
  expect(await respond(to, arm, 49.6)).toBe('ArmSpent')
  expect(returns(to)).toBe(1)
})

test('a response that has ended by itself is the arm’s return', async () => {
  const { to, arm } = await charging()
  await own(to, 49.6)
  await respond(to, arm, 49.6)
  expect(to.station.observe().why).toBe('Response')
  await to.clock.advance(inMinutes(30))
  expect(to.station.observe().setPointWatts).toBe(7_400)
  const told = () => to.llcs.heard.some((each) => each.kind === 'used' && each.change === 'return')
  await until(told, 'the return told to the LLCS')
  const change = { by: dsrsp, armDigest: arm.digest }
  const jws = to.csms.signed('SetChargingProfile', profileOf(to.clock.now(), 0), change)
  expect(await to.csms.command('SetChargingProfile', jws)).toMatchObject({
    status: 'Rejected',
    statusInfo: { reasonCode: 'ArmSpent' },
  })
  expect(to.station.observe().setPointWatts).toBe(7_400)
})

test('without a curve an arm does nothing', async () => {
  const { to, arm } = await charging({ curve: false })
  await own(to, 49.6)
  expect(await respond(to, arm, 49.6)).toBe('NoCurve')
  expect(to.station.observe().setPointWatts).toBe(7_400)
})

test('without a pre-authorisation the curve does nothing', async () => {
  const { to, arm } = await charging({ arm: false })
  await own(to, 49.6)
  expect(await respond(to, arm, 49.6)).toBe('NotArmed')
})

test('readings that disagree, are missing or old move nothing, and are reported', async () => {
  const { to, arm } = await charging()
  expect(await respond(to, arm, 49.6)).toBe('FrequencyStale')
  await own(to, 49.66)
  expect(await respond(to, arm, 49.6)).toBe('FrequencyDisagrees')
  await own(to, 50)
  expect(await respond(to, arm, 50)).toBe('InsideDeadband')
  await own(to, 50.5)
  expect(await respond(to, arm, 50.5)).toBe('Destabilising')
  await own(to, 49.6)
  await to.clock.advance(inSeconds(3))
  expect(await respond(to, arm, 49.6)).toBe('FrequencyStale')
  expect(to.station.observe().setPointWatts).toBe(7_400)
  const { csms } = to
  await until(() => csms.sent('SecurityEventNotification').length > 0, 'the security event')
})

test('the owner’s override is not touched by a response', async () => {
  const { to, arm } = await charging()
  to.station.hardware.press('start')
  await own(to, 49.6)
  expect(await respond(to, arm, 49.6)).toBe('Overridden')
  expect(to.station.observe().setPointWatts).toBe(7_400)
})

test('a curve from anyone but the bound provider, or alone, is not stored', async () => {
  const to = await scene()
  const reason = (answer: Record<string, unknown>) => answer['statusInfo']
  const csmsOwn = to.csms.signed('DataTransfer', curveOf(night))
  const wrong = await to.csms.command('DataTransfer', second(to.clock, csmsOwn))
  expect(reason(wrong)).toMatchObject({ reasonCode: 'RoleForbidden' })
  const alone = to.csms.signed('DataTransfer', curveOf(night), { by: dsrsp })
  const answer = await to.csms.command('DataTransfer', alone)
  expect(reason(answer)).toMatchObject({ reasonCode: 'NotSeconded' })
})

test('response works while the CSMS is gone, and after a loss of power', async () => {
  const { to, arm } = await charging()
  await to.csms.close()
  await until(() => !to.station.connected().csms, 'the loss of the CSMS')
  await own(to, 49.6)
  expect(await respond(to, arm, 49.6)).toBeUndefined()
  expect(to.station.observe().why).toBe('Response')
})
