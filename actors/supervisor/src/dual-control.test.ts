import { limits, type Reservation } from '@interlock/contract'
import { countersigned, type GateState, type Permitted } from '@interlock/gate'
import { nodeCrypto as crypto } from '@interlock/host'
import { assert, eui64, inHours, inMinutes, instant, plus, toIso } from '@interlock/kernel'
import { fromPem, peerOf } from '@interlock/pki'
import { parseSigned } from '@interlock/seal'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noon, openWorld, profileOf, ratingWatts, region } from './world.fixture.ts'
import { inService, signed, submit, type Unit, type World } from './world.fixture.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(async () => {
  await world.close()
})

const profile = () => profileOf(world.now(), [3_000, 7_000])
const refusal = async (unit: Unit, command: ReturnType<typeof signed>, by = world.csms) => {
  const { status, body } = await submit(world, unit, command, by)
  return { status, reason: body.reason, detail: body.detail ?? '' }
}
const asked = (unit: Unit, action: string, payload: unknown, changes = {}) =>
  refusal(unit, signed(world, unit, action, payload, changes))

test('a plausible schedule is countersigned and both ledgers are charged', async () => {
  const unit = await inService(world)
  const { status, body } = await submit(
    world,
    unit,
    signed(world, unit, 'SetChargingProfile', profile()),
  )
  expect(status).toBe(200)
  const command = parseSigned(body.command)
  assert(command.ok && command.value.countersignature !== undefined, 'it is countersigned')
  const { reservation, expiresAt } = command.value.countersignature
  expect(world.dcc.held()).toContain(reservation)
  expect(expiresAt).toBe(noon + limits.budgetWindowMillis)
  const cells = { supervisor: [cellOfSupervisor()] }
  const state = { cells, crypto, hoursHeld: 0 } as unknown as GateState
  const asked = { setting: { kind: 'profile' } } as Permitted
  expect(countersigned(command.value, asked, state, noon)).toMatchObject({ ok: true })
})

function cellOfSupervisor() {
  const [leaf] = fromPem(world.supervisorChain, 'CERTIFICATE')
  const peer = peerOf(leaf ?? new Uint8Array(), crypto)
  assert(peer.ok, 'the chain holds a certificate')
  const { organisation, thumbprint, publicKey } = peer.value
  return { organisation, hierarchy: 'charging', thumbprint, publicKey, revoked: false }
}

test('the same command again gets the same countersignature and is charged once', async () => {
  const unit = await inService(world)
  const command = signed(world, unit, 'SetChargingProfile', profile())
  const first = await submit(world, unit, command)
  const held = world.dcc.held().length
  const again = await submit(world, unit, command)
  expect(again.body.command).toEqual(first.body.command)
  expect(world.dcc.held().length).toBe(held)
})

test('a command signed with another key, or for another station, is refused', async () => {
  const [unit, other] = [await inService(world), await inService(world)]
  const command = signed(world, unit, 'SetChargingProfile', profile(), {
    thumbprint: world.otherCsms.peer.thumbprint,
  })
  expect(await refusal(unit, command)).toMatchObject({
    status: 403,
    detail: expect.stringContaining('SignerUnknown'),
  })
  const forged = signed(world, unit, 'SetChargingProfile', profile())
  const signature = signed(world, unit, 'SetChargingProfile', profile()).signature
  expect(await refusal(unit, { ...forged, signature })).toMatchObject({
    reason: 'CommandRefused',
    detail: expect.stringContaining('SignatureInvalid'),
  })
  const elsewhere = signed(world, other, 'SetChargingProfile', profile())
  expect((await refusal(unit, elsewhere)).detail).toContain('TargetMismatch')
})

test('whoever asks must be who signed', async () => {
  const unit = await inService(world)
  const command = signed(world, unit, 'SetChargingProfile', profile())
  expect(await refusal(unit, command, world.otherCsms)).toMatchObject({
    reason: 'IdentityMismatch',
  })
})

test('a provider that is not bound to the station is refused', async () => {
  const unit = await inService(world)
  const by = world.otherCsms
  const command = signed(world, unit, 'SetChargingProfile', profile(), { by })
  expect((await refusal(unit, command, by)).detail).toContain('ProviderNotBound')
})

test('what needs an arm is never countersigned', async () => {
  const unit = await inService(world)
  const start = { evseId: 1, remoteStartId: 1, idToken: { idToken: 'x', type: 'Central' } }
  expect((await asked(unit, 'RequestStartTransaction', start)).reason).toBe('ArmRequired')
  expect((await asked(unit, 'RequestStopTransaction', { transactionId: 't' })).reason).toBe(
    'ArmRequired',
  )
  const armDigest = 'A'.repeat(43)
  expect((await asked(unit, 'SetChargingProfile', profile(), { armDigest })).reason).toBe(
    'ArmRequired',
  )
})

test('for a standard station a start is countersigned instead of armed, at its whole rating', async () => {
  const unit = await inService(world, { trustMode: 'standard' })
  const start = { evseId: 1, remoteStartId: 1, idToken: { idToken: 'x', type: 'Central' } }
  const held = world.dcc.held().length
  const command = signed(world, unit, 'RequestStartTransaction', start)
  expect((await submit(world, unit, command)).status).toBe(200)
  expect(world.dcc.held().length).toBe(held + 1)
  const stop = await asked(unit, 'RequestStopTransaction', { transactionId: 't' })
  expect(stop.status).toBe(200)
})

test('a standard station takes relative schedules, and what could go on for ever is refused', async () => {
  const unit = await inService(world, { trustMode: 'standard' })
  const schedule = {
    id: 1,
    chargingRateUnit: 'A',
    duration: 3_600,
    chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }],
  }
  const relative = (chargingProfilePurpose: string, transactionId?: string) => ({
    evseId: 1,
    chargingProfile: {
      id: 1,
      stackLevel: 0,
      chargingProfilePurpose,
      chargingProfileKind: 'Relative',
      chargingSchedule: [schedule],
      ...(transactionId === undefined ? {} : { transactionId }),
    },
  })
  expect((await asked(unit, 'SetChargingProfile', relative('TxProfile', 't'))).status).toBe(200)
  expect((await asked(unit, 'SetChargingProfile', relative('TxDefaultProfile'))).reason).toBe(
    'PlausibilityFailed',
  )
  const supervised = await inService(world)
  const same = await asked(supervised, 'SetChargingProfile', relative('TxProfile', 't'))
  expect(same.detail).toContain('EffectRelative')
})

test('a standard station does not loosen who may speak to it, how often, or what has been said', async () => {
  const unit = await inService(world, { trustMode: 'standard' })
  const stop = { transactionId: 't' }
  const by = world.otherCsms
  const other = signed(world, unit, 'RequestStopTransaction', stop, { by })
  expect((await refusal(unit, other, by)).detail).toContain('ProviderNotBound')
  expect((await asked(unit, 'RequestStopTransaction', stop)).status).toBe(200)
  unit.counter -= 1n
  const again = await asked(unit, 'RequestStopTransaction', { transactionId: 'u' })
  expect(again.detail).toContain('Replayed')
  const armDigest = 'A'.repeat(43)
  expect((await asked(unit, 'RequestStopTransaction', stop, { armDigest })).reason).toBe(
    'ArmRequired',
  )
})

test('what is not critical needs no countersignature', async () => {
  const unit = await inService(world)
  expect((await asked(unit, 'GetVariables', {})).reason).toBe('NotCritical')
})

test('a role outside the table is refused', async () => {
  const unit = await inService(world)
  const by = world.dsrsp
  const reset = signed(world, unit, 'Reset', { type: 'OnIdle' }, { by, target: whole(unit) })
  expect((await refusal(unit, reset, by)).detail).toContain('RoleForbidden')
})
const whole = (unit: Unit) => ({ station: unit.eui, evse: 0 })

test('a used counter is refused, after a restart too', async () => {
  const unit = await inService(world)
  expect((await asked(unit, 'SetChargingProfile', profile())).status).toBe(200)
  unit.counter -= 1n
  expect((await asked(unit, 'SetChargingProfile', profileOf(world.now(), [1]))).detail).toContain(
    'Replayed',
  )
  await world.restart()
  unit.counter -= 1n
  expect((await asked(unit, 'SetChargingProfile', profileOf(world.now(), [2]))).detail).toContain(
    'Replayed',
  )
})

test('of two commands with one counter at the same moment one is countersigned', async () => {
  const unit = await inService(world)
  const first = signed(world, unit, 'SetChargingProfile', profileOf(world.now(), [1_000]))
  unit.counter -= 1n
  const second = signed(world, unit, 'SetChargingProfile', profileOf(world.now(), [2_000]))
  const answers = await Promise.all([submit(world, unit, first), submit(world, unit, second)])
  expect(new Set(answers.map((each) => each.status))).toEqual(new Set([200, 403]))
})

test('time: expired, too long-lived, or with a wide effect interval is refused', async () => {
  const unit = await inService(world)
  const now = world.now()
  const gated = async (changes: object) =>
    (await asked(unit, 'SetChargingProfile', profile(), changes)).detail
  const before = instant(now - inHours(2))
  expect(await gated({ issuedAt: before, expiresAt: now })).toContain('Expired')
  expect(await gated({ expiresAt: plus(now, inHours(25)) })).toContain('LifetimeTooLong')
  const wide = { from: now, until: plus(now, inMinutes(31)) }
  expect(await gated({ effect: wide })).toContain('EffectTooLong')
})

test('a schedule must make sense for the device', async () => {
  const unit = await inService(world)
  const now = world.now()
  const verdict = (payload: unknown, changes = {}) =>
    asked(unit, 'SetChargingProfile', payload, changes)
  expect(await verdict(profileOf(now, [ratingWatts + 1]))).toMatchObject({
    reason: 'PlausibilityFailed',
    detail: expect.stringContaining('above the rating'),
  })
  const past = instant(now - inHours(3))
  expect((await verdict(profileOf(past, [1_000, 1_000]))).detail).toContain('over')
  const late = plus(now, inHours(1))
  expect((await verdict(profileOf(late, [1_000]))).detail).toContain('outside its effect interval')
  const target = { station: unit.eui, evse: 2 }
  const elsewhere = { ...profile(), evseId: 2 }
  expect((await verdict(elsewhere, { target })).detail).toContain('no EVSE 2')
  const relative = profile()
  relative.chargingProfile.chargingProfileKind = 'Relative'
  expect((await verdict(relative)).detail).toContain('EffectRelative')
})

test('a day is the longest schedule', async () => {
  const unit = await inService(world)
  const day = profileOf(
    world.now(),
    Array.from({ length: 24 }, () => 1_000),
  )
  expect((await asked(unit, 'SetChargingProfile', day)).status).toBe(200)
  const longer = profileOf(
    world.now(),
    Array.from({ length: 25 }, () => 1_000),
  )
  expect((await asked(unit, 'SetChargingProfile', longer)).detail).toContain('ParameterForbidden')
})

test('firmware is seconded only when its image is registered', async () => {
  const unit = await inService(world)
  const update = (hash: string, change: object = {}) => ({
    requestId: 1,
    firmware: {
      location: `https://firmware.example/${hash}`,
      retrieveDateTime: toIso(world.now()),
      installDateTime: toIso(world.now()),
      signingCertificate: 'x',
      signature: 'x',
      ...change,
    },
  })
  const target = whole(unit)
  expect((await asked(unit, 'UpdateFirmware', update('ab'.repeat(32)), { target })).status).toBe(
    200,
  )
  expect(
    (await asked(unit, 'UpdateFirmware', update('00'.repeat(32)), { target })).detail,
  ).toContain('not registered')
  const later = toIso(plus(world.now(), inHours(78)))
  for (const change of [
    { installDateTime: later },
    { retrieveDateTime: later },
    { installDateTime: 'soon' },
  ])
    expect(
      (await asked(unit, 'UpdateFirmware', update('ab'.repeat(32), change), { target })).detail,
    ).toContain('after its effect interval')
})

test('a frequency curve of the bound DSRSP is countersigned as a response', async () => {
  const unit = await inService(world)
  const by = world.dsrsp
  const curve = {
    vendorId: 'org.interlock',
    messageId: 'FrequencyCurve',
    data: {
      evse: 1,
      direction: 'import',
      points: [
        { hertz: 49.5, percent: 0 },
        { hertz: 49.8, percent: 100 },
      ],
      deadbandHertz: 0.2,
      from: toIso(world.now()),
      until: toIso(plus(world.now(), inHours(24))),
      durationMillisMax: 60_000,
    },
  }
  expect(
    (await submit(world, unit, signed(world, unit, 'DataTransfer', curve, { by }), by)).status,
  ).toBe(200)
  const byCsms = signed(world, unit, 'DataTransfer', curve)
  expect((await refusal(unit, byCsms)).detail).toContain('RoleForbidden')
})

test('too many commands to one station in an hour are refused; the next hour they are not', async () => {
  const unit = await inService(world)
  const once = () => asked(unit, 'SetChargingProfile', profileOf(world.now(), [1_000]))
  for (let i = 0; i < 8; i++) expect((await once()).status).toBe(200)
  expect(await once()).toMatchObject({ status: 429, reason: 'RateExceeded' })
  world.at(plus(world.now(), inHours(1)))
  expect((await once()).status).toBe(200)
})

test('a unit that is not in service, or not known, gets nothing', async () => {
  const unit = await inService(world)
  const path = `/api/v1/devices/${unit.stationId}/state`
  await world.ask(world.installer, 'POST', path, { state: 'suspended' })
  expect((await asked(unit, 'SetChargingProfile', profile())).reason).toBe('DeviceState')
  const unknown = { ...unit, stationId: 'S-unknown' }
  expect((await asked(unknown, 'SetChargingProfile', profile())).reason).toBe('DeviceUnknown')
})

test('every grant and refusal is in the audit trail before it is answered, and is published', async () => {
  const unit = await inService(world)
  const heard: unknown[] = []
  const stop = world.running().bus.subscribe('ev/#', (_topic, message) => {
    heard.push(message)
  })
  await asked(unit, 'SetChargingProfile', profile())
  expect(world.auditLines().at(-1)).toContain('CountersignatureGranted')
  await asked(unit, 'SetChargingProfile', profileOf(world.now(), [ratingWatts + 1]))
  expect(world.auditLines().at(-1)).toContain('CountersignatureRefused')
  stop()
  expect(heard).toMatchObject([
    { kind: 'security', station: unit.stationId, data: { act: 'Countersignature' } },
    { kind: 'refusal', station: unit.stationId, reason: 'PlausibilityFailed' },
  ])
})

test('the edges that were charged are those of the schedule', async () => {
  const unit = await inService(world)
  world.at(instant(noon + inHours(24)))
  const { body } = await submit(
    world,
    unit,
    signed(world, unit, 'SetChargingProfile', profileOf(world.now(), [3_000])),
  )
  const command = parseSigned(body.command)
  const id = command.ok ? command.value.countersignature?.reservation : undefined
  const reservation = world.dcc.reservation(id ?? '') as Reservation
  expect(reservation).toMatchObject({ region, kind: 'command' })
  // Down from the rating at switch-over, back to it at the end.
  const swing = ratingWatts - 3_000
  expect(reservation.edges.map((edge) => edge.swingWatts)).toEqual([swing, swing])
})

const lengthen = (unit: Unit, seconds: number) => {
  const setVariableData = [
    {
      attributeValue: `${seconds}`,
      component: { name: 'SmartChargingCtrlr' },
      variable: { name: 'RandomDelaySecondsMax' },
    },
  ]
  const target = { station: eui64(unit.eui), evse: 0 }
  return submit(world, unit, signed(world, unit, 'SetVariables', { setVariableData }, { target }))
}

test('a delay that may have been lengthened is charged from then on, delivered or not', async () => {
  const unit = await inService(world)
  world.at(instant(noon + inHours(48)))
  expect((await lengthen(unit, 1_800)).status).toBe(200)
  // So that half an hour from its start is inside the effect interval.
  const { status, body } = await submit(
    world,
    unit,
    signed(world, unit, 'SetChargingProfile', profileOf(world.now(), [3_000])),
  )
  expect(status).toBe(200)
  const command = parseSigned(body.command)
  const id = command.ok ? command.value.countersignature?.reservation : undefined
  const { edges } = world.dcc.reservation(id ?? '') as Reservation
  expect(edges.map(({ from, until }) => until - from)).toEqual([1_800_000, 1_800_000])
})

test('the delay is not lengthened over a schedule that was charged for a shorter one', async () => {
  const unit = await inService(world)
  world.at(instant(noon + inHours(72)))
  expect((await asked(unit, 'SetChargingProfile', profile())).status).toBe(200)
  expect(await lengthen(unit, 1_800)).toMatchObject({ body: { reason: 'PlausibilityFailed' } })
  expect((await lengthen(unit, 600)).status).toBe(200)
  world.at(plus(world.now(), inHours(4)))
  expect((await lengthen(unit, 1_800)).status).toBe(200)
})
