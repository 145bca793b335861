import { vendorId } from '@interlock/contract'
import { readText, systemClock, type Identity } from '@interlock/host'
import { inHours, inMinutes, millis, plus, toBase64, type Instant } from '@interlock/kernel'
import { createCrl, revocationBundle } from '@interlock/pki'
import { expect, test } from 'vitest'
import { armFrom, curveOf, profileOf, second, sign } from './fixture/commands.fixture.ts'
import type { SignedArm } from './fixture/commands.fixture.ts'
import {
  charging,
  crypto,
  csms as csmsParty,
  dsrsp,
  dsrspMeter,
  smartMeter,
  supervisor,
} from './fixture/parties.fixture.ts'
import { night, scene, type Scene } from './fixture/scene.fixture.ts'
import { until } from './fixture/until.fixture.ts'

/** A list as its authority signs it: wall time, since certificates live in it. */
const listOf = (
  number: number,
  revoked: readonly Identity[] = [],
  by = charging,
  now: Instant = systemClock.now(),
): string => {
  const list = createCrl({
    ca: by.issuing,
    number,
    revoked: revoked.map(({ peer }) => ({ serialHex: peer.serialHex, at: now })),
    now,
    validMillis: inHours(72),
    crypto,
  })
  return revocationBundle(list, by.issuing.certificatePem)
}
const relay = async ({ csms }: Scene, data: unknown): Promise<string> => {
  const request = { vendorId, messageId: 'RevocationList', data }
  const answer = await csms.endpoint().call('DataTransfer', request)
  return answer.statusInfo?.reasonCode ?? answer.status
}
const refusal = (reasonCode: string) => ({ status: 'Rejected', statusInfo: { reasonCode } })

test('a revoked CSMS is refused although the supervisor has countersigned its command before', async () => {
  const to = await scene()
  const before = second(to.clock, sign(to.clock, 'SetChargingProfile', profileOf(night, 3_000)))
  expect(await to.countersigned('SetChargingProfile', profileOf(night, 2_000))).toMatchObject({
    status: 'Accepted',
  })
  expect(await relay(to, listOf(1, [csmsParty]))).toBe('Accepted')
  expect(await to.csms.command('SetChargingProfile', before)).toMatchObject(
    refusal('SignerRevoked'),
  )
})

test('an empty list revokes nobody, and what is stored goes on when the signer is revoked', async () => {
  const to = await scene()
  await relay(to, listOf(1))
  await to.countersigned('SetChargingProfile', profileOf(night, 2_000))
  const composite = () =>
    to.csms.endpoint().call('GetCompositeSchedule', { evseId: 1, duration: 7_200 })
  const before = await composite()
  expect(before.status).toBe('Accepted')
  await relay(to, listOf(2, [csmsParty, supervisor]))
  expect(await composite()).toEqual(before)
})

test('the countersignature of a revoked supervisor counts for nothing', async () => {
  const to = await scene()
  await relay(to, listOf(1, [supervisor]))
  expect(await to.countersigned('SetChargingProfile', profileOf(night, 3_000))).toMatchObject(
    refusal('CountersignSigner'),
  )
})

test('an older list is ignored, also after a loss of power, so nobody comes back', async () => {
  const to = await scene()
  await relay(to, listOf(5, [csmsParty]))
  expect(await relay(to, listOf(4))).toBe('ListOlder')
  await to.restart()
  await until(() => to.csms.connected(), 'the connection')
  expect(await relay(to, listOf(4))).toBe('ListOlder')
  expect(await to.countersigned('SetChargingProfile', profileOf(night, 3_000))).toMatchObject(
    refusal('SignerRevoked'),
  )
})

test('a forged list is ignored, audited and reported', async () => {
  const to = await scene()
  const forged = listOf(9, [supervisor]).replace(
    charging.issuing.certificatePem,
    smartMeter.issuing.certificatePem,
  )
  expect(await relay(to, forged)).toBe('ListIssuer')
  expect(await relay(to, { not: 'a text' })).toBe('ListUnreadable')
  expect(await relay(to, 'x'.repeat(200_001))).toBe('ListUnreadable')
  await until(() => to.csms.sent('SecurityEventNotification').length === 3, 'the events')
  expect(to.csms.sent('SecurityEventNotification')[0]).toMatchObject({
    type: 'InvalidMessages',
    techInfo: 'revocation list: ListIssuer',
  })
  expect(readText(`${to.data}/audit.jsonl`)).toContain('RevocationListRefused')
  expect(await to.countersigned('SetChargingProfile', profileOf(night, 3_000))).toMatchObject({
    status: 'Accepted',
  })
})

test('an arm of a provider whose smart-meter certificate is revoked is refused', async () => {
  const to = await scene()
  await relay(to, listOf(1, [dsrspMeter], smartMeter))
  const arm = armFrom(night, { use: 'ECS47e' })
  const told = await to.llcs.tell({ kind: 'arm', preCommand: toBase64(arm.bytes) })
  expect(told).toBe('ArmRevoked')
})

test('a stored curve of a provider revoked since starts no response', async () => {
  const to = await scene()
  const { clock, csms, llcs, station } = to
  const curve = curveOf(night)
  const jws = sign(clock, 'DataTransfer', curve, { by: dsrsp })
  expect(await csms.command('DataTransfer', second(clock, jws))).toMatchObject({
    status: 'Accepted',
  })
  const arm = armFrom(night, { use: 'ECS47e' })
  await llcs.tell({ kind: 'arm', preCommand: toBase64(arm.bytes) })
  await station.hardware.frequency({ at: clock.now(), hertz: 49.6 })
  const signal = {
    kind: 'respond',
    digest: arm.digest,
    hertz: 49.6,
    measuredAt: clock.now(),
    until: plus(clock.now(), inMinutes(5)),
  } as const
  await relay(to, listOf(1, [dsrsp]))
  expect(await llcs.tell(signal)).toBe('SignerRevoked')
})

test('without a list no command counts; with one it does, for 72 hours, and charging goes on', async () => {
  let ahead = 0
  const wall = { ...systemClock, now: () => plus(systemClock.now(), millis(ahead)) }
  const to = await scene({ wall, withoutLists: true })
  const order = (watts: number) => to.countersigned('SetChargingProfile', profileOf(night, watts))
  expect(await order(3_000)).toMatchObject(refusal('RevocationStale'))
  expect(to.csms.sent('SecurityEventNotification')).toEqual([])
  await relay(to, listOf(1))
  expect(await order(3_000)).toEqual({ status: 'Accepted' })
  to.station.hardware.plugIn({ energyWattHours: 40_000, vehicleWattsMax: 7_000 })
  await to.clock.advance(inMinutes(20))
  expect(to.station.observe().powerWatts).toBe(3_000)

  ahead = inHours(72) + 60_000
  expect(await order(1_000)).toMatchObject(refusal('RevocationStale'))
  await to.clock.advance(inMinutes(20))
  expect(to.station.observe().powerWatts).toBe(3_000)
  await relay(to, listOf(2, [], charging, wall.now()))
  expect(await order(1_000)).toEqual({ status: 'Accepted' })
})

test('the age of a list is measured from when it was signed, not from when it came', async () => {
  const to = await scene({ withoutLists: true })
  const signedAt = plus(systemClock.now(), millis(-73 * 3_600_000))
  await relay(to, listOf(1, [], charging, signedAt))
  expect(await to.countersigned('SetChargingProfile', profileOf(night, 3_000))).toMatchObject(
    refusal('RevocationStale'),
  )
})

test('a stale smart-meter list stops a provider’s dispatch and a supplier’s start, not the owner’s', async () => {
  const to = await scene({ withoutLists: true })
  await relay(to, listOf(1))
  await to.enrolOwner()
  to.station.hardware.plugIn({ energyWattHours: 40_000, vehicleWattsMax: 7_000 })
  const payload = { evseId: 1, remoteStartId: 1, idToken: { idToken: 'owner', type: 'Central' } }
  const start = async (arm: SignedArm) => {
    await to.llcs.tell({ kind: 'arm', preCommand: toBase64(arm.bytes) })
    const trigger = to.csms.signed('RequestStartTransaction', payload, { armDigest: arm.digest })
    return to.csms.command('RequestStartTransaction', trigger)
  }
  const suppliers = armFrom(night, { use: 'ActivateLoad', until: plus(night, inHours(24)) })
  expect(await start(suppliers)).toMatchObject(refusal('RevocationStale'))
  expect(await start(armFrom(night))).toMatchObject({ status: 'Accepted' })
  const held = armFrom(night, { use: 'ECS47e' })
  await to.llcs.tell({ kind: 'arm', preCommand: toBase64(held.bytes) })
  const change = { by: dsrsp, armDigest: held.digest }
  const dispatch = to.csms.signed('SetChargingProfile', profileOf(night, 1_000), change)
  expect(await to.csms.command('SetChargingProfile', dispatch)).toMatchObject(
    refusal('RevocationStale'),
  )
})

test('the lists that come with the first certificate count at once', async () => {
  const to = await scene({
    firstContact: true,
    withoutLists: true,
    before: (csms) => {
      csms.firstContact.more = { revocationLists: [listOf(1)] }
    },
  })
  await until(() => to.csms.connected(), 'the connection')
  const lists = readText(`${to.data}/journal.jsonl`)
  expect(lists).toContain('"revocationLists":{"charging":{"number":1')
})
