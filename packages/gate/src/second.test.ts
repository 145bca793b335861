import { encodePreCommand, signPreCommand } from '@interlock/gbcs'
import { expect, test } from 'vitest'
import { gate } from './gate.ts'
import { verifyArm } from './arm.ts'
import { returnFrom } from './armed.ts'
import { dispatch, start, stop } from './scenarios.fixture.ts'
import {
  arm,
  armBytes,
  cell,
  crypto,
  later,
  llcs,
  now,
  otherStation,
  parties,
  profile,
  read,
  second,
  sign,
  state,
  station,
  type Party,
} from './world.fixture.ts'

const used = (changes: number, seconds: number) =>
  state({ armUses: () => ({ changes, lastAt: later(-seconds) }) })

test('gate 3 refuses a countersignature made for another station', () => {
  const jws = sign('SetChargingProfile')
  const elsewhere = sign('SetChargingProfile', { target: { station: otherStation, evse: 1 } })
  const swapped = { ...jws, header: second(elsewhere).header ?? {} }
  expect(gate(read(swapped), { arms: [] }, state(), now)).toMatchObject({
    reason: 'CountersignInvalid',
    gate: 3,
  })
})

test('a revoked supervisor seconds nothing', () => {
  const cells = { ...state().cells, supervisor: [cell(parties.supervisor, true)] }
  const jws = second(sign('SetChargingProfile'))
  expect(gate(read(jws), { arms: [] }, state({ cells }), now)).toMatchObject({
    reason: 'CountersignSigner',
  })
})

test('a supervisor’s certificate that is not the pinned one seconds nothing', () => {
  const renewed = { ...parties.supervisor, thumbprint: parties.csms.thumbprint }
  const jws = second(sign('SetChargingProfile'), renewed)
  expect(gate(read(jws), { arms: [] }, state(), now)).toMatchObject({
    reason: 'CountersignSigner',
  })
})

test('a station without any supervisor’s cell is seconded by nobody', () => {
  const jws = second(sign('SetChargingProfile'))
  expect(
    gate(read(jws), { arms: [] }, state({ cells: { csms: [cell(parties.csms)] } }), now),
  ).toMatchObject({ reason: 'CountersignSigner', detail: parties.supervisor.organisation })
})

test('a countersignature lasts until its expiry', () => {
  const jws = second(sign('SetChargingProfile'), parties.supervisor, later(1))
  expect(gate(read(jws), { arms: [] }, state(), now)).toMatchObject({ ok: true })
})

test('a schedule is seconded for the charging hours that the station holds, and for no others', () => {
  const judged = (action: string, held: number, hours: readonly number[]) => {
    const jws = second(sign(action), parties.supervisor, later(300), hours)
    const verdict = gate(read(jws), { arms: [] }, state({ hoursHeld: held }), now)
    return verdict.ok ? 'ok' : verdict.reason
  }
  for (const action of ['SetChargingProfile', 'ClearChargingProfile']) {
    expect(judged(action, 5, [5])).toBe('ok')
    // Whether what was acknowledged has reached the station is not known: it was charged by both.
    expect(judged(action, 5, [0, 5])).toBe('ok')
    expect(judged(action, 0, [0, 5])).toBe('ok')
    // Attack: a supervisor that has lost its register, or has an older one, charged too little.
    expect(judged(action, 5, [0])).toBe('HoursDiffer')
    expect(judged(action, 5, [3, 4])).toBe('HoursDiffer')
    expect(judged(action, 0, [5])).toBe('HoursDiffer')
  }
  // What these move is the same whatever the hours.
  expect(judged('ChangeAvailability', 5, [0])).toBe('ok')
})

test('the wrong kind of second party is named', () => {
  const started = read(second(sign('RequestStartTransaction')))
  expect(gate(started, { arms: [] }, state(), now)).toMatchObject({ detail: 'a countersignature' })
  const reset = read(second(sign('Reset', { armDigest: arm().arm.digest })))
  expect(gate(reset, { arms: [] }, state(), now)).toMatchObject({ detail: 'an arm' })
})

test('the arm is found by its digest among those held', () => {
  const held = arm()
  const jws = sign('RequestStartTransaction', { armDigest: held.arm.digest })
  const arms = [arm({ level: 10 }), held, arm({ level: 20 })]
  expect(gate(read(jws), { arms }, state(), now)).toMatchObject({ ok: true, arm: held.arm })
})

test('what the LLCS says of an arm counts for nothing against its bytes', () => {
  const small = arm({ level: 1 })
  const lie = { arm: arm({ level: 100 }).arm, bytes: small.bytes }
  expect(start(lie)).toMatchObject({ reason: 'ArmInvalid', detail: 'another digest' })
})

test('bytes that are no pre-command are no arm', () => {
  const held = arm()
  expect(start({ arm: held.arm, bytes: new Uint8Array(4) })).toMatchObject({ reason: 'ArmInvalid' })
})

test('an arm whose window is longer than a day is no arm', () => {
  const lasting = (seconds: number) =>
    verifyArm(armBytes({ from: now, until: later(seconds) }), state().cells, crypto)
  expect(lasting(86_400)).toMatchObject({ ok: true })
  expect(lasting(86_401)).toMatchObject({ reason: 'ArmWindow', detail: 'WindowInvalid' })
  expect(lasting(0)).toMatchObject({ reason: 'ArmWindow' })
})

test('a pre-command that is no load control is no arm', () => {
  const preCommand = encodePreCommand({
    useCase: 'UpdateHalfHourlyTariff',
    originator: parties.owner.organisation,
    target: llcs,
    counter: 9n,
    version: 1,
    from: now,
    prices: [1],
  })
  const bytes = signPreCommand(preCommand, parties.owner.key, crypto)
  expect(verifyArm(bytes, state().cells, crypto)).toMatchObject({
    reason: 'ArmInvalid',
    detail: 'UseCaseUnknown',
  })
})

test('any of an owner’s keys may sign, but not one revoked', () => {
  const other = { ...parties.owner, key: parties.stranger.key }
  const cells = { owner: [cell(other), cell(parties.owner)] }
  expect(verifyArm(arm().bytes, cells, crypto)).toMatchObject({ ok: true })
  expect(verifyArm(arm().bytes, { owner: [cell(parties.owner, true)] }, crypto)).toMatchObject({
    reason: 'ArmRevoked',
    detail: parties.owner.organisation,
  })
  expect(verifyArm(arm().bytes, { owner: [cell(other)] }, crypto)).toMatchObject({
    reason: 'ArmInvalid',
    detail: 'the signature does not verify',
  })
  expect(verifyArm(arm().bytes, {}, crypto)).toMatchObject({ reason: 'ArmOriginator' })
})

test('a response arm is the DSRSP’s to give: an owner’s cell does not count for it', () => {
  const cells = { owner: [cell(parties.dsrspMeter)] }
  expect(verifyArm(arm({ use: 'response' }).bytes, cells, crypto)).toMatchObject({
    reason: 'ArmOriginator',
  })
})

test('the charging key of the DSRSP signs no arms, its smart-meter key does', () => {
  const held = (by: Party) => arm({ use: 'response', level: 50, by })
  expect(dispatch(held(parties.dsrspMeter))).toMatchObject({ ok: true, second: 'armed' })
  expect(dispatch(held(parties.dsrsp))).toMatchObject({
    reason: 'ArmInvalid',
    detail: 'the signature does not verify',
  })
  const alone = { dsrsp: [cell(parties.dsrsp)] }
  expect(verifyArm(held(parties.dsrsp).bytes, alone, crypto)).toMatchObject({
    reason: 'ArmOriginator',
  })
})

test('the smart-meter key of the DSRSP signs no triggers, its charging key does', () => {
  const held = arm({ use: 'response', level: 50 })
  expect(dispatch(held, state(), { by: parties.dsrsp })).toMatchObject({ ok: true })
  expect(dispatch(held, state(), { by: parties.dsrspMeter })).toMatchObject({
    reason: 'SignerUnknown',
    gate: 1,
  })
})

test('a supervisor’s smart-meter key seconds nothing', () => {
  const meter = { ...parties.supervisor, hierarchy: 'smartMeter' as const }
  const cells = { ...state().cells, supervisor: [cell(meter)] }
  const jws = second(sign('SetChargingProfile'), meter)
  expect(gate(read(jws), { arms: [] }, state({ cells }), now)).toMatchObject({
    reason: 'CountersignSigner',
  })
})

test('only the DSRSP that gave a response arm triggers under it', () => {
  const held = arm({ use: 'response', level: 50 })
  expect(dispatch(held, state(), { by: parties.csms })).toMatchObject({
    reason: 'ArmOriginator',
    detail: parties.dsrsp.organisation,
  })
  const other = { ...parties.stranger, role: 'dsrsp' as const, hierarchy: 'smartMeter' as const }
  const cells = { ...state().cells, dsrsp: [...(state().cells.dsrsp ?? []), cell(other)] }
  const foreign = arm({ use: 'response', level: 50, by: other })
  expect(dispatch(foreign, state({ cells }))).toMatchObject({ reason: 'ArmOriginator' })
})

test('a consumer’s arm is the bound CSMS’s to trigger', () => {
  const held = arm()
  expect(dispatch(held)).toMatchObject({ reason: 'ArmOriginator' })
})

test('an owner’s arm starts and stops; it does not set profiles', () => {
  expect(dispatch(arm(), state(), { by: parties.csms })).toMatchObject({
    reason: 'ArmUse',
    detail: 'onDemand',
  })
})

test("a supplier's arm lets the bound CSMS start and stop, all the day that it stands", () => {
  const on = arm({ use: 'supplied', from: later(-7_200) })
  expect(start(on)).toMatchObject({ ok: true, second: 'armed', armUse: { kind: 'change' } })
  expect(stop(on, used(1, 60))).toMatchObject({ ok: true, armUse: { kind: 'return' } })
  const off = arm({ use: 'supplied', level: 0 })
  expect(stop(off)).toMatchObject({ ok: true })
  expect(start(off)).toMatchObject({ reason: 'ArmLevel' })
  expect(dispatch(on, state(), { by: parties.csms })).toMatchObject({ reason: 'ArmUse' })
  expect(start(on, state({ cells: { ...state().cells, supplier: [] } }))).toMatchObject({
    reason: 'ArmOriginator',
  })
})

test('a supplier that is the CSMS itself agrees with nobody', () => {
  const supplier = { ...parties.supplier, organisation: parties.csms.organisation }
  const cells = { ...state().cells, supplier: [cell(supplier)] }
  expect(start(arm({ use: 'supplied', by: supplier }), state({ cells }))).toMatchObject({
    reason: 'ArmOriginator',
  })
})

test('an arm is for the paired LLCS and one EVSE behind it', () => {
  expect(start(arm({ evse: 2 }))).toMatchObject({ reason: 'ArmTarget', detail: `${llcs} 2` })
  expect(start(arm(), state({ station: { eui: station } }))).toMatchObject({ reason: 'ArmTarget' })
})

test('an arm counts from its first instant until just before its last', () => {
  expect(start(arm({ from: now }))).toMatchObject({ ok: true })
  expect(start(arm({ until: later(1) }))).toMatchObject({ ok: true })
  expect(start(arm({ until: now }))).toMatchObject({ reason: 'ArmWindow' })
})

test('an on-demand arm that moved nothing for 60 s is dead, as its budget has been given back', () => {
  expect(start(arm({ from: later(-59) }))).toMatchObject({ ok: true })
  expect(start(arm({ from: later(-60) }))).toMatchObject({ reason: 'ArmWindow' })
  expect(stop(arm({ from: later(-120) }), used(1, 60))).toMatchObject({ ok: true })
  const standing = arm({ use: 'response', level: 50, from: later(-120) })
  expect(dispatch(standing)).toMatchObject({ ok: true })
})

test('a dispatched profile lies inside the arm’s window from its start to its end', () => {
  const held = arm({ use: 'response', level: 50, from: now, until: later(600) })
  const of = (from: number, duration: number) =>
    dispatch(held, state(), { payload: profile({ from: later(from), duration }) })
  expect(of(0, 600)).toMatchObject({ ok: true })
  expect(of(0, 601)).toMatchObject({ reason: 'ArmWindow' })
  expect(of(-1, 600)).toMatchObject({ reason: 'ArmWindow' })
})

test('the level is a ceiling from zero, over every period', () => {
  const held = arm({ use: 'response', level: 50 })
  const of = (...watts: number[]) =>
    dispatch(held, state(), {
      payload: profile({ periods: watts.map((limit, i) => ({ startPeriod: i * 60, limit })) }),
    })
  expect(of(0)).toMatchObject({ ok: true })
  expect(of(3_700, 0)).toMatchObject({ ok: true })
  expect(of(0, 3_701, 0)).toMatchObject({
    reason: 'ArmLevel',
    detail: '3701 W above 3700 W',
  })
})

test('an arm at level zero starts nothing', () => {
  expect(start(arm({ level: 0 }))).toMatchObject({
    reason: 'ArmLevel',
    detail: 'the arm asks to stop',
  })
})

test('one change and one return for each arm, a minute apart', () => {
  expect(dispatch(undefined, used(1, 59))).toMatchObject({ reason: 'ArmTooSoon' })
  expect(dispatch(undefined, used(1, 60))).toMatchObject({ ok: true, armUse: { kind: 'return' } })
  expect(dispatch(undefined, used(2, 3_000))).toMatchObject({ reason: 'ArmSpent' })
  expect(returnFrom({ changes: 1, lastAt: now })).toBe(later(60))
})

test('a return begins at once: in a gap before it the load would move back and forth', () => {
  const from = (seconds: number) => ({ payload: profile({ from: later(seconds) }) })
  const change = arm({ use: 'response', level: 50, until: later(7_200) })
  expect(dispatch(change, used(0, 0), from(1))).toMatchObject({ ok: true })
  expect(dispatch(change, used(1, 60), from(0))).toMatchObject({ ok: true })
  expect(dispatch(change, used(1, 60), from(1))).toMatchObject({
    reason: 'ArmWindow',
    detail: 'a return begins at once',
  })
})

test('under an arm to charge, a stop is the return and a second start is one too many', () => {
  expect(stop(arm(), used(1, 60))).toMatchObject({ ok: true, armUse: { kind: 'return' } })
  expect(stop(arm(), used(1, 59))).toMatchObject({ reason: 'ArmTooSoon' })
  expect(stop(arm(), used(0, 0))).toMatchObject({
    reason: 'ArmUse',
    detail: 'the arm asks to charge',
  })
  expect(start(arm(), used(1, 60))).toMatchObject({ reason: 'ArmSpent' })
  expect(stop(arm({ level: 0 }), used(1, 60))).toMatchObject({ reason: 'ArmSpent' })
})

test('an arm for an EVSE that does not exist moves nothing', () => {
  const held = arm({ use: 'response', level: 50, evse: 3 })
  const target = { station, evse: 3 }
  const at = (limit: number) =>
    dispatch(held, state(), {
      target,
      payload: profile({ evse: 3, periods: [{ startPeriod: 0, limit }] }),
    })
  expect(at(0)).toMatchObject({ reason: 'NoSuchEvse', detail: '3' })
  expect(at(1)).toMatchObject({ reason: 'ArmLevel' })
})
