import { expect, test } from 'vitest'
import { gate } from './gate.ts'
import { dispatch, judge, start, stop } from './scenarios.fixture.ts'
import type { Override } from './state.ts'
import {
  arm,
  later,
  now,
  parties,
  payloads,
  profile,
  read,
  second,
  sign,
  state,
  station,
} from './world.fixture.ts'

const override = (change: Partial<Override> = {}) =>
  state({ overrides: [{ evse: 1, by: 'arm', until: later(600), ...change }] })
const send = (action: string, of = state(), by = parties.csms) =>
  gate(read(second(sign(action, { by }))), { arms: [] }, of, now)

test.each(['ClearChargingProfile', 'Reset', 'ChangeAvailability', 'UpdateFirmware'])(
  '%s changes load, so it is delayed',
  (action) => {
    const verdict = send(action)
    expect(verdict).toMatchObject({ ok: true, delay: { secondsMax: 600 } })
    expect(verdict).not.toHaveProperty('delay.exemption')
  },
)

test('the delay is the one in force, up to its legal limit', () => {
  const longest = { effect: { from: now, until: later(1_800) } }
  expect(judge(longest, state({ delaySecondsMax: 1_800 }))).toMatchObject({
    ok: true,
    delay: { secondsMax: 1_800 },
  })
  expect(judge(longest, state({ delaySecondsMax: 1_801 }))).toMatchObject({
    reason: 'DelayTooLong',
    gate: 4,
  })
})

test('nobody sets the delay above its legal limit', () => {
  const set = (value: number) => {
    const { setVariableData } = structuredClone(payloads['SetVariables']?.payload) as {
      setVariableData: { attributeValue: string }[]
    }
    const payload = {
      setVariableData: setVariableData.map((each) => ({ ...each, attributeValue: `${value}` })),
    }
    return gate(read(second(sign('SetVariables', { payload }))), { arms: [] }, state(), now)
  }
  expect(set(1_800)).toMatchObject({ ok: true })
  expect(set(1_801)).toMatchObject({ reason: 'DelayTooLong', gate: 4 })
})

test('a long interval of something else is no delay', () => {
  const setVariableData = [
    {
      attributeValue: '86400',
      component: { name: 'OCPPCommCtrlr' },
      variable: { name: 'HeartbeatInterval' },
    },
  ]
  const jws = second(sign('SetVariables', { payload: { setVariableData } }))
  expect(gate(read(jws), { arms: [] }, state(), now).ok).toBe(true)
})

test('a change with its longest delay comes inside the effect interval', () => {
  const of = (from: number, until: number) =>
    judge({ effect: { from: later(from), until: later(until) } })
  expect(of(0, 600)).toMatchObject({ ok: true })
  expect(of(0, 599)).toMatchObject({ reason: 'EffectOutside', gate: 4 })
  expect(of(1, 900)).toMatchObject({ reason: 'EffectOutside' })
})

test('a schedule that starts later has its effect then', () => {
  const payload = profile({ from: later(3_600) })
  const of = (from: number, until: number) =>
    judge({ payload, effect: { from: later(from), until: later(until) } })
  expect(of(3_600, 4_200)).toMatchObject({ ok: true })
  expect(of(3_601, 4_300)).toMatchObject({ reason: 'EffectOutside' })
  expect(of(3_600, 4_199)).toMatchObject({ reason: 'EffectOutside' })
})

test('a schedule that has started has its effect now', () => {
  const payload = profile({ from: later(-600) })
  expect(judge({ payload, effect: { from: now, until: later(600) } })).toMatchObject({ ok: true })
})

test('a command that names an arm takes effect inside its interval too', () => {
  const early = { effect: { from: later(1), until: later(60) } }
  expect(start(arm(), state(), early)).toMatchObject({ reason: 'EffectOutside' })
})

test('what moves no load has no effect to be outside of', () => {
  const change = { by: parties.dsrsp, effect: { from: now, until: later(1) } }
  const jws = second(sign('FrequencyCurve', change))
  expect(gate(read(jws), { arms: [] }, state(), now)).toMatchObject({ ok: true })
})

test('a countersigned profile is stored during an override, and waits for its end', () => {
  expect(judge({}, override())).toMatchObject({
    ok: true,
    heldUntil: later(600),
    delay: { secondsMax: 600 },
  })
  expect(send('ClearChargingProfile', override())).toMatchObject({
    ok: true,
    heldUntil: later(600),
  })
  expect(judge({ effect: { from: now, until: later(1) } }, override())).toMatchObject({
    ok: true,
    heldUntil: later(600),
  })
})

test('an override holds its own EVSE, until it ends', () => {
  expect(judge({}, override({ evse: 2 }))).not.toHaveProperty('heldUntil')
  expect(judge({}, override({ until: now }))).not.toHaveProperty('heldUntil')
  const payload = profile({
    evse: 0,
    profile: { chargingProfilePurpose: 'ChargingStationMaxProfile' },
  })
  const whole = { payload, target: { station, evse: 0 } }
  expect(judge(whole, override({ evse: 2 }))).toMatchObject({ heldUntil: later(600) })
  const ends = [300, 900, 600].map((seconds, i) => ({
    evse: i + 1,
    by: 'arm' as const,
    until: later(seconds),
  }))
  expect(judge(whole, state({ overrides: ends }))).toMatchObject({ heldUntil: later(900) })
})

test.each(['Reset', 'UpdateFirmware', 'ChangeAvailability'])(
  '%s does not end an override',
  (action) => {
    expect(send(action, override())).toMatchObject({ reason: 'Overridden', gate: 4, detail: 'arm' })
  },
)

test('an override keeps nothing from being configured', () => {
  for (const action of [
    'SetVariables',
    'SetNetworkProfile',
    'InstallCertificate',
    'DeleteCertificate',
  ])
    expect(send(action, override()), action).toMatchObject({ ok: true })
  expect(send('FrequencyCurve', override(), parties.dsrsp)).not.toHaveProperty('heldUntil')
})

test('a dispatched response does not end an override', () => {
  const held = arm({ use: 'response', level: 50 })
  expect(dispatch(held, override())).toMatchObject({ reason: 'Overridden' })
  expect(dispatch(held, override({ by: 'gesture' }))).toMatchObject({ detail: 'gesture' })
})

test('a fresh arm of the owner replaces an override made by an arm', () => {
  expect(stop(arm({ level: 0 }), override())).toMatchObject({ ok: true })
  expect(start(arm(), override())).toMatchObject({ ok: true })
})

test('no arm undoes what was done at the charger', () => {
  expect(stop(arm({ level: 0 }), override({ by: 'gesture' }))).toMatchObject({
    reason: 'Overridden',
  })
})

test('the arm that made an override does not end it', () => {
  const used = { armUses: () => ({ changes: 1, lastAt: later(-60) }) }
  expect(stop(arm(), { ...override(), ...used })).toMatchObject({ reason: 'Overridden' })
  expect(stop(arm(), state(used))).toMatchObject({ ok: true })
})

const limited = (hardwareWatts: number, fuseWatts: number, siteWatts: number) =>
  state({ limits: { hardwareWatts, fuseWatts, siteWatts } })

test('a profile up to every limit is safe, and a watt above one is not', () => {
  expect(judge({}, limited(3_000, 3_000, 3_000))).toMatchObject({ ok: true })
  expect(judge({}, limited(2_999, 3_000, 3_000))).toMatchObject({
    reason: 'AboveHardware',
    detail: '3000 W above 2999 W',
  })
  expect(judge({}, limited(3_000, 2_999, 3_000))).toMatchObject({
    reason: 'AboveFuse',
    detail: '3000 W above 2999 W',
  })
  expect(judge({}, limited(3_000, 3_000, 2_999))).toMatchObject({
    reason: 'AboveSite',
    detail: '3000 W above 2999 W',
  })
})

test('every period is checked, and the rating of the EVSE besides that of the station', () => {
  const periods = [
    { startPeriod: 0, limit: 0 },
    { startPeriod: 60, limit: 7_401 },
    { startPeriod: 120, limit: 0 },
  ]
  expect(judge({ payload: profile({ periods }) }, limited(22_000, 22_000, 22_000))).toMatchObject({
    reason: 'AboveHardware',
    detail: '7401 W above 7400 W',
  })
})

test("a start under a supplier's arm has the random delay, and gives way to the owner's word", () => {
  const held = arm({ use: 'supplied' })
  expect(start(held)).toMatchObject({ ok: true, delay: { secondsMax: 600 } })
  expect(start(held)).not.toHaveProperty('delay.exemption')
  for (const by of ['arm', 'gesture'] as const)
    expect(start(held, state({ overrides: [{ evse: 1, by, until: later(1) }] }))).toMatchObject({
      reason: 'Overridden',
    })
})

test('a start is held below whichever limit is lowest', () => {
  for (const limits of [limited(1_000, 7_400, 7_400), limited(7_400, 1_000, 7_400)])
    expect(start(arm(), limits)).toMatchObject({ ok: true, ceilingWatts: 1_000 })
  expect(start(arm(), limited(7_400, 7_400, 1_000))).toMatchObject({ ceilingWatts: 1_000 })
  expect(start(arm({ level: 10 }))).toMatchObject({ ceilingWatts: 740 })
})

test('what is only countersigned has no ceiling but its own limits', () => {
  expect(judge()).not.toHaveProperty('ceilingWatts')
})

test('a faulted EVSE neither starts nor takes a profile, but can be reset', () => {
  const target = { station, evse: 2 }
  const payload = { evseId: 2, remoteStartId: 1, idToken: { idToken: '', type: 'NoAuthorization' } }
  expect(start(arm({ evse: 2 }), state(), { target, payload })).toMatchObject({
    reason: 'EvseFaulted',
    gate: 5,
    detail: '2',
  })
  expect(judge({ target, payload: profile({ evse: 2 }) })).toMatchObject({ reason: 'EvseFaulted' })
  const jws = second(sign('Reset', { target, payload: { type: 'OnIdle', evseId: 2 } }))
  expect(gate(read(jws), { arms: [] }, state(), now)).toMatchObject({ ok: true })
})

test('an EVSE that the charger does not have is refused', () => {
  const target = { station, evse: 3 }
  expect(judge({ target, payload: profile({ evse: 3 }) })).toMatchObject({
    reason: 'NoSuchEvse',
    gate: 5,
    detail: '3',
  })
})
