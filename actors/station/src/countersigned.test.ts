import { limits } from '@interlock/contract'
import { inHours, inMinutes, millis, plus } from '@interlock/kernel'
import { CallFailed, type Action } from '@interlock/ocpp'
import { expect, test } from 'vitest'
import { armFrom, profileOf, second, type Change } from './fixture/commands.fixture.ts'
import {
  dsrsp,
  otherStation,
  rival,
  stationSubject,
  supervisor,
} from './fixture/parties.fixture.ts'
import { car, night, scene, type Scene } from './fixture/scene.fixture.ts'
import { until } from './fixture/until.fixture.ts'

const reasonOf = (response: Record<string, unknown>): unknown =>
  (response['statusInfo'] as { reasonCode?: unknown } | undefined)?.reasonCode

/** What a profile with these changes is answered; seconded unless `alone`. */
async function answerTo(to: Scene, change: Change & { alone?: boolean }, by = supervisor) {
  const { alone, ...rest } = change
  const jws = to.csms.signed('SetChargingProfile', profileOf(night, 3_000), rest)
  const response = await to.csms.command(
    'SetChargingProfile',
    alone === true ? jws : second(to.clock, jws, by),
  )
  return reasonOf(response)
}

test('a countersigned profile is followed after its random delay, and the reply is signed', async () => {
  const { clock, station, countersigned } = await scene({
    entropy: { bytes: (length) => new Uint8Array(length), below: () => 120 },
  })
  expect(await countersigned('SetChargingProfile', profileOf(night, 3_000))).toEqual({
    status: 'Accepted',
  })
  station.hardware.plugIn(car)
  expect(station.observe()).toMatchObject({
    setPointWatts: 0,
    why: 'Schedule',
    waitingFor: 'RandomDelay',
    until: plus(night, inMinutes(2)),
  })
  await clock.advance(120_000)
  expect(station.observe()).toMatchObject({ setPointWatts: 3_000, powerWatts: 3_000 })
  expect(station.decisions()).toMatchObject([
    { action: 'SetChargingProfile', decision: 'stored', second: 'countersigned' },
    { action: 'SetPoint', decision: 'stored', delaySeconds: 120 },
    { action: 'SetPoint', decision: 'applied', setPointWatts: 3_000, reason: 'DelayElapsed' },
  ])
})

test('every way to be wrong is refused by its name, and nothing moves', async () => {
  const to = await scene()
  to.station.hardware.plugIn(car)
  const before = to.station.observe()
  const long = { from: night, until: plus(night, inHours(2)) }
  const ago = (minutes: number) => plus(night, millis(-minutes * 60_000))
  const past = { from: ago(40), until: ago(20) }
  const cases: readonly [string, Change & { alone?: boolean }, typeof supervisor?][] = [
    ['NotSeconded', { alone: true }],
    ['SignerUnknown', { by: rival }],
    ['TargetMismatch', { target: { station: otherStation, evse: 1 } }],
    ['Expired', { issuedAt: ago(120), expiresAt: night }],
    ['NotYetValid', { issuedAt: plus(night, inMinutes(2)), expiresAt: plus(night, inMinutes(9)) }],
    ['LifetimeTooLong', { expiresAt: plus(night, inHours(25)) }],
    ['EffectTooLong', { effect: long }],
    ['EffectPast', { effect: past }],
    ['CountersignSigner', {}, rival],
    ['CountersignSigner', {}, dsrsp],
    ['RoleForbidden', { by: supervisor }],
  ]
  for (const [reason, change, by] of cases) {
    expect(await answerTo(to, change, by), reason).toBe(reason)
  }
  expect(to.station.observe()).toEqual(before)
  const refused = to.station.decisions().filter((each) => each.decision === 'refused')
  expect(refused.map((each) => each.reason)).toEqual(cases.map(([reason]) => reason))
})

test('an unsigned critical command is refused, never downgraded', async () => {
  const { csms, station } = await scene()
  const call = async (action: Action, payload: unknown) =>
    (await csms.endpoint().call(action, payload as never)) as Record<string, unknown>
  const idToken = { idToken: 'x', type: 'Central' }
  const cases: readonly [Action, unknown][] = [
    ['SetChargingProfile', profileOf(night, 3_000)],
    ['RequestStartTransaction', { idToken, remoteStartId: 1, evseId: 1 }],
    ['RequestStopTransaction', { transactionId: 'x' }],
    ['Reset', { type: 'Immediate' }],
    ['ChangeAvailability', { operationalStatus: 'Inoperative' }],
    ['DataTransfer', { vendorId: 'org.interlock', messageId: 'FrequencyCurve', data: {} }],
    ['InstallCertificate', { certificateType: 'V2GRootCertificate', certificate: 'x' }],
  ]
  for (const [action, payload] of cases) {
    expect(reasonOf(await call(action, payload)), action).toBe('Unsigned')
  }
  const variables = await csms.endpoint().call('SetVariables', {
    setVariableData: [{ attributeValue: '1', component: { name: 'x' }, variable: { name: 'y' } }],
  })
  expect(variables.setVariableResult[0]).toMatchObject({
    attributeStatus: 'Rejected',
    attributeStatusInfo: { reasonCode: 'Unsigned' },
  })
  // Its response has no way to refuse.
  const clear = csms.endpoint().call('ClearChargingProfile', { chargingProfileId: 1 })
  await expect(clear).rejects.toMatchObject({ code: 'SecurityError' })
  await expect(clear).rejects.toBeInstanceOf(CallFailed)
  expect(station.decisions().every((each) => each.reason === 'Unsigned')).toBe(true)
  await until(() => csms.sent('SecurityEventNotification').length >= 9, 'the security events')
})

test('a command is good once, also after a loss of power', async () => {
  const to = await scene()
  const jws = second(to.clock, to.csms.signed('SetChargingProfile', profileOf(night, 3_000)))
  const send = () => to.csms.command('SetChargingProfile', jws)
  expect(await send()).toEqual({ status: 'Accepted' })
  expect(reasonOf(await send())).toBe('Replayed')
  await to.restart()
  await to.llcs.tell({ kind: 'time', at: to.clock.now() })
  expect(reasonOf(await send())).toBe('Replayed')
})

test('a refused command has used its counter too', async () => {
  const to = await scene()
  const jws = to.csms.signed('SetChargingProfile', profileOf(night, 3_000))
  expect(reasonOf(await to.csms.command('SetChargingProfile', jws))).toBe('NotSeconded')
  const seconded = second(to.clock, jws)
  expect(reasonOf(await to.csms.command('SetChargingProfile', seconded))).toBe('Replayed')
})

test('a countersignature made for another command does not fit', async () => {
  const to = await scene()
  const other = second(to.clock, to.csms.signed('SetChargingProfile', profileOf(night, 1_000)))
  const jws = to.csms.signed('SetChargingProfile', profileOf(night, 7_000))
  const transplanted = { ...jws, header: other.header ?? {} }
  const response = await to.csms.command('SetChargingProfile', transplanted)
  expect(reasonOf(response)).toBe('CountersignInvalid')
})

test('a start that is countersigned instead of armed is refused', async () => {
  const to = await scene()
  const payload = { evseId: 1, remoteStartId: 1, idToken: { idToken: 'x', type: 'Central' } }
  const jws = second(to.clock, to.csms.signed('RequestStartTransaction', payload))
  const response = await to.csms.command('RequestStartTransaction', jws)
  expect(reasonOf(response)).toBe('SecondUnsuitable')
})

test('more than the hardware can do is refused', async () => {
  const { countersigned } = await scene()
  const response = await countersigned('SetChargingProfile', profileOf(night, 7_401))
  expect(reasonOf(response)).toBe('AboveHardware')
})

test('until time is trusted by both sources no critical command passes', async () => {
  const to = await scene({
    before: (csms) => {
      const { interval, status } = { interval: 3_600, status: 'Accepted' } as const
      csms.answers.BootNotification = () => ({
        currentTime: '2026-01-05T22:00:00Z',
        interval,
        status,
      })
    },
  })
  expect(await answerTo(to, {})).toBe('TimeUntrusted')
  await until(() => to.csms.sent('SecurityEventNotification').length > 0, 'the security event')
  expect(to.csms.sent('SecurityEventNotification')[0]?.type).toBe('TimeDisagreement')
})

test('the random delay can be lengthened by a seconded message, up to its legal limit', async () => {
  const draws: number[] = []
  const { station, csms, clock } = await scene({
    entropy: {
      bytes: (length) => new Uint8Array(length),
      below: (limit) => {
        draws.push(limit)
        return 1
      },
    },
  })
  const set = async (value: string) => {
    const setVariableData = [
      {
        attributeValue: value,
        component: { name: 'SmartChargingCtrlr' },
        variable: { name: 'RandomDelaySecondsMax' },
      },
    ]
    const target = { station: stationSubject.eui, evse: 0 }
    const jws = csms.signed('SetVariables', { setVariableData }, { target })
    return csms.command('SetVariables', second(clock, jws))
  }
  const results = [await set('1800'), await set('1801')]
  expect(results).toMatchObject([
    { setVariableResult: [{ attributeStatus: 'Accepted' }] },
    {
      setVariableResult: [
        { attributeStatus: 'Rejected', attributeStatusInfo: { reasonCode: 'DelayTooLong' } },
      ],
    },
  ])
  station.hardware.plugIn(car)
  expect(draws.at(-1)).toBe(limits.randomDelaySecondsMax + 1)
})

test('silence ends in the countersigned fallback, without anybody and across a loss of power', async () => {
  const to = await scene({
    entropy: { bytes: (length) => new Uint8Array(length), below: () => 0 },
  })
  const { clock, csms } = to
  const limit = (watts: number) => {
    const [component, variable] = [{ name: 'SmartChargingCtrlr' }, { name: 'FallbackLimit' }]
    const setVariableData = [{ attributeValue: `${watts}`, component, variable }]
    const target = { station: stationSubject.eui, evse: 0 }
    return csms.signed('SetVariables', { setVariableData }, { target })
  }
  const flows = () => to.station.observe().setPointWatts
  to.station.hardware.plugIn(car)
  const rating = flows()
  expect(await csms.command('SetVariables', second(clock, limit(2_000)))).toMatchObject({
    setVariableResult: [{ attributeStatus: 'Accepted' }],
  })
  expect(flows()).toBe(2_000)
  // Alone the CSMS raises nothing, and neither does anybody's second but the supervisor's.
  for (const attack of [limit(9_000), second(clock, limit(9_000), rival)])
    expect(await csms.command('SetVariables', attack)).toMatchObject({
      setVariableResult: [{ attributeStatus: 'Rejected' }],
    })
  expect(flows()).toBe(2_000)
  // A schedule goes before it, for as long as it reaches.
  const profile = profileOf(night, 3_000)
  await to.countersigned('SetChargingProfile', profile)
  expect(flows()).toBe(3_000)
  await to.restart()
  const [schedule] = profile.chargingProfile.chargingSchedule
  await clock.advance((schedule?.duration ?? 0) * 1_000)
  expect([flows(), to.station.observe().why]).toEqual([2_000, 'Fallback'])
  expect(rating).toBeGreaterThan(3_000)
})

test('clearing and setting profiles, availability and reset work when seconded', async () => {
  const { countersigned, csms, clock, station } = await scene({
    entropy: { bytes: (length) => new Uint8Array(length), below: () => 0 },
  })
  station.hardware.plugIn(car)
  await countersigned('SetChargingProfile', profileOf(night, 3_000, 9))
  expect(station.observe().setPointWatts).toBe(3_000)
  expect(await countersigned('ClearChargingProfile', { chargingProfileId: 9 })).toEqual({
    status: 'Accepted',
  })
  expect(station.observe()).toMatchObject({ setPointWatts: 7_400, why: 'Fallback' })
  const evse = { id: 1 }
  await countersigned('ChangeAvailability', { operationalStatus: 'Inoperative', evse })
  expect(station.observe()).toMatchObject({ setPointWatts: 0, why: 'Inoperative' })
  await countersigned('ChangeAvailability', { operationalStatus: 'Operative', evse })
  const target = { station: stationSubject.eui, evse: 0 }
  const jws = second(clock, csms.signed('Reset', { type: 'Immediate' }, { target }))
  expect(await csms.command('Reset', jws)).toEqual({ status: 'Accepted' })
  await clock.advance(1)
  await until(() => csms.sent('BootNotification').length === 2, 'the second boot')
  const boots = csms.sent('BootNotification')
  expect(boots).toHaveLength(2)
})

test('an arm beside a countersignature does not make a stop', async () => {
  const { csms, clock, station } = await scene()
  station.hardware.plugIn(car)
  const { transactionId = '' } = station.observe()
  const armDigest = armFrom(night).digest
  const jws = csms.signed('RequestStopTransaction', { transactionId }, { armDigest })
  const pending = csms.command('RequestStopTransaction', second(clock, jws))
  await until(() => station.observe().waitingForArm, 'the trigger that waits')
  await clock.advance(5_000)
  expect(reasonOf(await pending)).toBe('NotArmed')
})

test('a schedule for later, of the same id and slot, moves nothing before it begins', async () => {
  const { clock, csms, countersigned, station } = await scene({
    entropy: { bytes: (length) => new Uint8Array(length), below: () => 0 },
  })
  station.hardware.plugIn(car)
  await countersigned('SetChargingProfile', profileOf(night, 0))
  expect(station.observe()).toMatchObject({ setPointWatts: 0, why: 'Schedule' })
  const from = plus(night, inHours(1))
  const later = profileOf(from, 3_000)
  const effect = { from, until: plus(from, inMinutes(20)) }
  const expiresAt = plus(night, inHours(2))
  const jws = csms.signed('SetChargingProfile', later, { effect, expiresAt })
  expect(await csms.command('SetChargingProfile', second(clock, jws))).toEqual({
    status: 'Accepted',
  })
  expect(station.observe()).toMatchObject({ setPointWatts: 0, why: 'Schedule' })
  await clock.advance(3_599_000)
  expect(station.observe()).toMatchObject({ setPointWatts: 0, why: 'Schedule' })
  await clock.advance(1_000)
  expect(station.observe()).toMatchObject({ setPointWatts: 3_000, why: 'Schedule' })
})

test('a profile of a transaction is gone when the vehicle is', async () => {
  const { countersigned, station } = await scene({
    entropy: { bytes: (length) => new Uint8Array(length), below: () => 0 },
  })
  station.hardware.plugIn(car)
  const { transactionId = '' } = station.observe()
  const { chargingProfile, evseId } = profileOf(night, 1_000)
  const purpose = { chargingProfilePurpose: 'TxProfile', transactionId }
  const payload = { evseId, chargingProfile: { ...chargingProfile, ...purpose } }
  expect(await countersigned('SetChargingProfile', payload)).toEqual({ status: 'Accepted' })
  expect(station.observe()).toMatchObject({ setPointWatts: 1_000, why: 'Schedule' })
  station.hardware.unplug()
  station.hardware.plugIn(car)
  expect(station.observe()).toMatchObject({ setPointWatts: 7_400, why: 'Fallback' })
})
