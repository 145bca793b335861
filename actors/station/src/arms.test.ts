import { limits } from '@interlock/contract'
import { inHours, inMinutes, plus, toBase64, toIso } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { armFrom, profileOf, type SignedArm } from './fixture/commands.fixture.ts'
import { crypto, dsrsp, dsrspMeter, otherStation } from './fixture/parties.fixture.ts'
import { car, night, scene, type Scene, type SceneOptions } from './fixture/scene.fixture.ts'
import { until } from './fixture/until.fixture.ts'

const evening = (): SceneOptions => ({ at: plus(night, inHours(-5)) })
const idToken = { idToken: 'owner', type: 'Central' }

const start = (to: Scene, arm: SignedArm) => {
  const payload = { evseId: 1, remoteStartId: 7, idToken }
  const jws = to.csms.signed('RequestStartTransaction', payload, { armDigest: arm.digest })
  return to.csms.command('RequestStartTransaction', jws)
}
const stop = (to: Scene, arm: SignedArm) => {
  const transactionId = to.station.observe().transactionId ?? 'none'
  const change = { armDigest: arm.digest }
  const jws = to.csms.signed('RequestStopTransaction', { transactionId }, change)
  return to.csms.command('RequestStopTransaction', jws)
}
const tell = (to: Scene, arm: SignedArm) =>
  to.llcs.tell({ kind: 'arm', preCommand: toBase64(arm.bytes) })
const reasonOf = (response: Record<string, unknown>) =>
  (response['statusInfo'] as { reasonCode?: unknown } | undefined)?.reasonCode

const zero = (): SceneOptions => ({
  entropy: { bytes: (length) => new Uint8Array(length), below: () => 0 },
})
const dispatch = (to: Scene, arm: SignedArm, by = dsrsp) => {
  const change = { by, armDigest: arm.digest }
  const jws = to.csms.signed('SetChargingProfile', profileOf(to.clock.now(), 0), change)
  return to.csms.command('SetChargingProfile', jws)
}
/** A home whose owner's key is in, with a vehicle at the plug. */
async function home(options: SceneOptions = evening()): Promise<Scene> {
  const to = await scene(options)
  await to.enrolOwner()
  to.station.hardware.plugIn(car)
  return to
}

test('arm, then trigger: the charge starts at once and outlasts every schedule until the arm ends', async () => {
  const to = await home()
  const arm = armFrom(to.clock.now(), { levelPercent: 60 })
  expect(to.station.observe().setPointWatts).toBe(0)
  expect(await tell(to, arm)).toBeUndefined()
  const answer = await start(to, arm)
  expect(answer).toMatchObject({ status: 'Accepted' })
  expect(to.station.observe()).toMatchObject({ setPointWatts: 4_440, why: 'OverrideCharge' })
  const decision = to.station.decisions().at(-1)
  expect(decision).toMatchObject({
    action: 'RequestStartTransaction',
    decision: 'applied',
    second: 'armed',
    reference: arm.digest,
    delaySeconds: 0,
    reason: 'ConsumerOverride',
  })
  await until(() => to.llcs.heard.some((each) => each.kind === 'used'), 'the word to the LLCS')
  await to.clock.advance(inHours(1))
  expect(to.station.observe().override).toBeUndefined()
})

test('trigger, then arm: the trigger waits, and the charge starts when the arm comes', async () => {
  const to = await home()
  const arm = armFrom(to.clock.now())
  const answer = start(to, arm)
  await until(() => to.station.observe().waitingForArm, 'the waiting')
  expect(to.station.observe().setPointWatts).toBe(0)
  await tell(to, arm)
  expect(await answer).toMatchObject({ status: 'Accepted' })
  expect(to.station.observe().setPointWatts).toBe(7_400)
})

test('a trigger whose arm does not come is refused after its wait, and an arm that comes later helps it no more', async () => {
  const to = await home()
  const arm = armFrom(to.clock.now())
  const answer = start(to, arm)
  await until(() => to.station.observe().waitingForArm, 'the waiting')
  await to.clock.advance(limits.armWaitMillisMax)
  expect(reasonOf(await answer)).toBe('NotArmed')
  await tell(to, arm)
  expect(to.station.observe().setPointWatts).toBe(0)
})

const reports = (to: Scene) =>
  to.csms
    .sent('DataTransfer')
    .filter(({ messageId }) => messageId === 'State')
    .map(
      ({ data }) =>
        data as { state: string; waitingFor: unknown; refused: { reason: string } | null },
    )

test('the CSMS is told that a trigger waits, that it waited in vain, and when that is over', async () => {
  const to = await home()
  const first = armFrom(to.clock.now())
  const answer = start(to, first)
  await until(() => reports(to).at(-1)?.waitingFor === 'Arm', 'the report of the waiting')
  expect(reports(to).at(-1)?.refused).toBeNull()
  await to.clock.advance(limits.armWaitMillisMax)
  await answer
  await until(() => reports(to).at(-1)?.refused !== null, 'the report of the refusal')
  const at = toIso(to.clock.now())
  expect(reports(to).at(-1)).toMatchObject({
    waitingFor: null,
    refused: { at, action: 'RequestStartTransaction', reason: 'NotArmed' },
  })
  const second = armFrom(to.clock.now())
  await tell(to, second)
  expect(await start(to, second)).toMatchObject({ status: 'Accepted' })
  await until(() => reports(to).at(-1)?.refused === null, 'the report without it')
})

test('a command that is refused without waiting is answered, and makes no report', async () => {
  const to = await home()
  const { state } = to.station.observe()
  await until(() => reports(to).at(-1)?.state === state, 'the report of the vehicle')
  const before = reports(to).length
  const token = { idToken: 'owner', type: 'Central' } as const
  const payload = { evseId: 1, remoteStartId: 7, idToken: token }
  const answer = await to.csms.endpoint().call('RequestStartTransaction', payload)
  expect(answer.statusInfo?.reasonCode).toBe('Unsigned')
  expect(reports(to)).toHaveLength(before)
})

test('an arm without a trigger does nothing', async () => {
  const to = await home()
  await tell(to, armFrom(to.clock.now()))
  await to.clock.advance(inMinutes(30))
  expect(to.station.observe()).toMatchObject({ setPointWatts: 0, why: 'Fallback' })
})

test('two triggers that wait for one arm: one of them moves the load', async () => {
  const to = await home()
  const arm = armFrom(to.clock.now())
  const answers = [start(to, arm), start(to, arm)]
  await until(() => to.station.observe().waitingForArm, 'the waiting')
  await tell(to, arm)
  const statuses = (await Promise.all(answers)).map((answer) => answer['status'])
  expect(new Set(statuses)).toEqual(new Set(['Accepted', 'Rejected']))
})

test('the arm that started a charge does not stop it; a fresh one does', async () => {
  const to = await home()
  const arm = armFrom(to.clock.now())
  await tell(to, arm)
  await start(to, arm)
  expect(reasonOf(await stop(to, arm))).toBe('ArmTooSoon')
  await to.clock.advance(limits.armChangeSpacingMillis)
  expect(reasonOf(await stop(to, arm))).toBe('Overridden')
  expect(reasonOf(await start(to, arm))).toBe('ArmSpent')
  const fresh = armFrom(to.clock.now(), { levelPercent: 0 })
  await tell(to, fresh)
  expect(await stop(to, fresh)).toEqual({ status: 'Accepted' })
  expect(to.station.observe()).toMatchObject({ powerWatts: 0, why: 'OverrideStop' })
})

test('an arm outside its window, for another charger or with a forged signature is refused', async () => {
  const to = await home()
  const now = to.clock.now()
  expect(await tell(to, armFrom(now, { target: otherStation }))).toBe('ArmTarget')
  const forged = armFrom(now, { key: crypto.generateKey().key })
  expect(await tell(to, forged)).toBe('ArmInvalid')
  const later = armFrom(now, { from: plus(now, inMinutes(10)), until: plus(now, inHours(1)) })
  expect(await tell(to, later)).toBeUndefined()
  expect(reasonOf(await start(to, later))).toBe('ArmWindow')
  const over = armFrom(now, { from: plus(now, inHours(-2)), until: now })
  expect(await tell(to, over)).toBe('ArmWindow')
  const another = armFrom(now, { controller: 2 })
  expect(await tell(to, another)).toBeUndefined()
  expect(reasonOf(await start(to, another))).toBe('ArmTarget')
  expect(to.station.observe().setPointWatts).toBe(0)
})

test('the charging key of the DSRSP signs no arms, its smart-meter key does', async () => {
  const to = await scene()
  const use = 'ECS47e' as const
  expect(await tell(to, armFrom(night, { use, key: dsrsp.key }))).toBe('ArmInvalid')
  expect(await tell(to, armFrom(night, { use }))).toBeUndefined()
})

test('the smart-meter key of the DSRSP signs no triggers, its charging key does', async () => {
  const to = await home(zero())
  const arm = armFrom(night, { use: 'ECS47e', until: plus(night, inHours(3)) })
  await tell(to, arm)
  expect(reasonOf(await dispatch(to, arm, dsrspMeter))).toBe('SignerUnknown')
  expect(to.station.observe().setPointWatts).toBe(7_400)
  expect(await dispatch(to, arm)).toEqual({ status: 'Accepted' })
})

test('an arm of somebody who is not an owner is refused', async () => {
  const to = await scene(evening())
  expect(await tell(to, armFrom(to.clock.now()))).toBe('ArmOriginator')
})

test('an override from afar ends by itself and the schedule comes back with a random delay', async () => {
  const to = await home({
    ...evening(),
    entropy: { bytes: (n) => new Uint8Array(n), below: () => 50 },
  })
  const arm = armFrom(to.clock.now(), { until: plus(to.clock.now(), inMinutes(10)) })
  await tell(to, arm)
  await start(to, arm)
  await to.clock.advance(inMinutes(10))
  expect(to.station.observe()).toMatchObject({ setPointWatts: 7_400, waitingFor: 'RandomDelay' })
  await to.clock.advance(50_000)
  expect(to.station.observe()).toMatchObject({ setPointWatts: 0, why: 'Fallback' })
})

test('the owner’s override is not undone by a provider', async () => {
  const to = await home({})
  to.station.hardware.press('stop')
  await to.countersigned('SetChargingProfile', profileOf(night, 7_000))
  await to.clock.advance(inMinutes(30))
  expect(to.station.observe()).toMatchObject({ powerWatts: 0, why: 'OverrideStop' })
})

test('a dispatched response under a pre-authorised arm reduces at once and is restored later', async () => {
  const to = await home({ entropy: { bytes: (n) => new Uint8Array(n), below: () => 0 } })
  expect(to.station.observe().setPointWatts).toBe(7_400)
  const arm = armFrom(night, { use: 'ECS47e', until: plus(night, inHours(3)) })
  await tell(to, arm)
  const change = { by: dsrsp, armDigest: arm.digest }
  const jws = to.csms.signed('SetChargingProfile', profileOf(night, 1_500), change)
  expect(await to.csms.command('SetChargingProfile', jws)).toEqual({ status: 'Accepted' })
  expect(to.station.observe()).toMatchObject({ setPointWatts: 1_500, why: 'Dispatch' })
  await to.clock.advance(inHours(2))
  expect(to.station.observe().setPointWatts).toBe(7_400)
})

test('a dispatch that has ended by itself is the arm’s return: it does not take the load again', async () => {
  const to = await home(zero())
  const arm = armFrom(night, { use: 'ECS47e', until: plus(night, inHours(6)) })
  await tell(to, arm)
  expect(await dispatch(to, arm)).toEqual({ status: 'Accepted' })
  expect(to.station.observe()).toMatchObject({ setPointWatts: 0, why: 'Dispatch' })
  await to.clock.advance(inHours(2))
  expect(to.station.observe().setPointWatts).toBe(7_400)
  await to.clock.advance(inMinutes(2))
  expect(reasonOf(await dispatch(to, arm))).toBe('ArmSpent')
  expect(to.station.observe().setPointWatts).toBe(7_400)
})

test('a second dispatch while the first stands is the return, and its end moves nothing more', async () => {
  const to = await home(zero())
  const arm = armFrom(night, { use: 'ECS47e', until: plus(night, inHours(6)) })
  await tell(to, arm)
  await dispatch(to, arm)
  await to.clock.advance(inMinutes(2))
  expect(await dispatch(to, arm)).toEqual({ status: 'Accepted' })
  expect(reasonOf(await dispatch(to, arm))).toBe('ArmSpent')
  await to.clock.advance(inHours(2))
  expect(to.station.observe().setPointWatts).toBe(7_400)
  expect(reasonOf(await dispatch(to, arm))).toBe('ArmSpent')
})

test('the end of a dispatch is remembered through a loss of power, also one that it ended in', async () => {
  const to = await home(zero())
  const arm = armFrom(night, { use: 'ECS47e', until: plus(night, inHours(6)) })
  await tell(to, arm)
  await dispatch(to, arm)
  await to.clock.advance(inHours(2))
  await to.restart()
  await to.llcs.tell({ kind: 'time', at: to.clock.now() })
  expect(reasonOf(await dispatch(to, arm))).toBe('ArmSpent')
})

test('the override of an arm that is gone is its return: no stop under the arm moves the load again', async () => {
  const to = await home()
  const arm = armFrom(to.clock.now(), { until: plus(to.clock.now(), inHours(3)) })
  await tell(to, arm)
  await start(to, arm)
  await to.clock.advance(inMinutes(5))
  to.station.hardware.unplug()
  to.station.hardware.plugIn(car)
  expect(to.station.observe().override).toBeUndefined()
  expect(reasonOf(await stop(to, arm))).toBe('ArmSpent')
  expect(reasonOf(await start(to, arm))).toBe('ArmSpent')
  await to.clock.advance(inHours(3))
  expect(to.station.observe()).toMatchObject({ setPointWatts: 0, why: 'Fallback' })
})

test('an override that expires before its arm does leaves the arm spent', async () => {
  const to = await home()
  const arm = armFrom(to.clock.now(), { until: plus(to.clock.now(), inHours(23)) })
  await tell(to, arm)
  await start(to, arm)
  await to.clock.advance(limits.overrideMillisMax)
  expect(to.station.observe().override).toBeUndefined()
  expect(reasonOf(await stop(to, arm))).toBe('ArmSpent')
})

test('uses of arms and the override survive a loss of power', async () => {
  const to = await home()
  const arm = armFrom(to.clock.now())
  await tell(to, arm)
  await start(to, arm)
  await to.restart()
  await to.llcs.tell({ kind: 'time', at: to.clock.now() })
  expect(to.station.observe()).toMatchObject({ setPointWatts: 7_400, why: 'OverrideCharge' })
  expect(reasonOf(await start(to, arm))).toBe('ArmSpent')
})

/** What the CSMS has been told of suppliers' words. */
const broughtOf = ({ csms: server }: Scene) =>
  server
    .sent('DataTransfer')
    .filter(({ messageId }) => messageId === 'Arm')
    .map(({ data }) => (data as { preCommand: string }).preCommand)

/** The supplier's word about the load, for a day. */
const switching = (to: Scene, use: 'ActivateLoad' | 'DeactivateLoad') =>
  armFrom(to.clock.now(), { use, until: plus(to.clock.now(), inHours(24)) })

test('supplier and CSMS switch a load on and back, each time with the random delay', async () => {
  const to = await home({
    ...evening(),
    entropy: { bytes: (n) => new Uint8Array(n), below: () => 50 },
  })
  const on = switching(to, 'ActivateLoad')
  expect(await tell(to, on)).toBeUndefined()
  expect(to.station.observe()).toMatchObject({ setPointWatts: 0, why: 'Fallback' })
  // The CSMS is brought the supplier's own signature.
  await until(() => broughtOf(to).length === 1, 'the word at the CSMS')
  expect(broughtOf(to)).toEqual([toBase64(on.bytes)])
  expect(await start(to, on)).toMatchObject({ status: 'Accepted' })
  expect(to.station.observe()).toMatchObject({ setPointWatts: 0, waitingFor: 'RandomDelay' })
  await to.clock.advance(60_000)
  expect(to.station.observe()).toMatchObject({ setPointWatts: 7_400, why: 'Switched' })
  expect(await stop(to, on)).toEqual({ status: 'Accepted' })
  await to.clock.advance(50_000)
  expect(to.station.observe()).toMatchObject({ setPointWatts: 0, why: 'Fallback' })
  expect(reasonOf(await start(to, on))).toBe('ArmSpent')
})

test('attack: a supplier that the installer has not pinned among the cells arms nothing, with the CSMS of the home', async () => {
  const to = await home({ ...zero(), withoutSupplier: true })
  const off = switching(to, 'DeactivateLoad')
  expect(await tell(to, off)).toBe('ArmOriginator')
  const answer = stop(to, off)
  await until(() => to.station.observe().waitingForArm, 'the waiting')
  await to.clock.advance(limits.armWaitMillisMax)
  expect(reasonOf(await answer)).toBe('NotArmed')
  expect(to.station.observe()).toMatchObject({ setPointWatts: 7_400, why: 'Fallback' })
})

test('the owner’s word ends what the supplier has switched, and stands over it', async () => {
  const to = await home({ ...evening(), ...zero() })
  const [on, again] = [switching(to, 'ActivateLoad'), switching(to, 'ActivateLoad')]
  await tell(to, on)
  await start(to, on)
  expect(to.station.observe()).toMatchObject({ setPointWatts: 7_400, why: 'Switched' })
  to.station.hardware.press('stop')
  expect(to.station.observe()).toMatchObject({ setPointWatts: 0, why: 'OverrideStop' })
  await tell(to, again)
  expect(reasonOf(await start(to, again))).toBe('Overridden')
  await to.clock.advance(limits.overrideMillisMax)
  expect(to.station.observe()).toMatchObject({ why: 'Fallback' })
})

test('a load that the supplier has switched off again is not switched on by its earlier word', async () => {
  const to = await home(zero())
  const [on, off] = [switching(to, 'ActivateLoad'), switching(to, 'DeactivateLoad')]
  await tell(to, on)
  expect(await tell(to, off)).toBeUndefined()
  expect(await tell(to, on)).toBe('ArmWindow')
  const answer = start(to, on)
  await until(() => to.station.observe().waitingForArm, 'the waiting')
  await to.clock.advance(limits.armWaitMillisMax)
  expect(reasonOf(await answer)).toBe('NotArmed')
  expect(await stop(to, off)).toEqual({ status: 'Accepted' })
  expect(to.station.observe()).toMatchObject({ setPointWatts: 0, why: 'Switched' })
  expect(reasonOf(await start(to, off))).toBe('ArmLevel')
  const back = switching(to, 'ActivateLoad')
  expect(await tell(to, back)).toBeUndefined()
  expect(await start(to, back)).toMatchObject({ status: 'Accepted' })
  expect(to.station.observe()).toMatchObject({ setPointWatts: 7_400, why: 'Switched' })
})
