import { criticalActions, limits, mayOriginate, riskOf } from '@interlock/contract'
import { roles, seeded, type Role } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { actionNames, actionOf } from './actions/table.ts'
import { gate, gateMessage } from './gate.ts'
import { dispatch, judge, start, stop } from './scenarios.fixture.ts'
import { drawDelay } from './smooth.ts'
import {
  arm,
  cell,
  crypto,
  later,
  now,
  parties,
  profile,
  read,
  second,
  sign,
  state,
  station,
  type Party,
} from './world.fixture.ts'

test('a countersigned profile passes, with its random delay and its reservation', () => {
  expect(judge()).toEqual({
    ok: true,
    second: 'countersigned',
    reference: 'reservation-1',
    setting: {
      kind: 'profile',
      evse: 1,
      id: 7,
      stackLevel: 1,
      purpose: 'TxDefaultProfile',
      from: now,
      until: later(3_600),
      periods: [{ from: now, limitWatts: 3_000 }],
    },
    delay: { secondsMax: 600 },
    consume: { organisation: parties.csms.organisation, path: 'countersigned', counter: 1n },
  })
})

test("a start under the owner's arm passes at once, up to the arm's level", () => {
  const held = arm({ level: 60 })
  expect(start(held)).toEqual({
    ok: true,
    second: 'armed',
    reference: held.arm.digest,
    setting: { kind: 'start', evse: 1, remoteStartId: 4 },
    delay: { secondsMax: 0, exemption: 'ConsumerOverride' },
    consume: { organisation: parties.csms.organisation, path: 'armed', counter: 1n },
    arm: held.arm,
    armUse: { digest: held.arm.digest, kind: 'change' },
    ceilingWatts: 4_440,
  })
})

test("a dispatched response passes at once under the same DSRSP's arm", () => {
  const held = arm({ use: 'response', level: 50 })
  expect(dispatch(held)).toMatchObject({
    ok: true,
    second: 'armed',
    delay: { secondsMax: 0, exemption: 'ResponseService' },
    ceilingWatts: 3_700,
    armUse: { digest: held.arm.digest, kind: 'change' },
    consume: { path: 'armed' },
  })
})

/** Each role with a certificate of its own, every one of them pinned and bound. */
const members = new Map<Role, Party>(
  roles.map((role, i) => {
    const { key } = crypto.generateKey()
    const organisation = `B0-00-00-00-00-00-00-${(i + 16).toString(16).toUpperCase()}`
    const party = {
      role,
      hierarchy: 'charging',
      organisation,
      key,
      thumbprint: parties.csms.thumbprint,
    }
    return [role, party as Party]
  }),
)
const cells = {
  ...Object.fromEntries([...members].map(([role, party]) => [role, [cell(party)]])),
  supervisor: [cell(parties.supervisor)],
}

const pairs = roles
  .filter((role) => role !== 'supervisor')
  .flatMap((role) => criticalActions.map((action) => ({ role, action })))

test.each(pairs)('$role sends $action: allowed only by the table', ({ role, action }) => {
  const by = members.get(role)
  if (by === undefined) throw new Error(role)
  const organisation = by.organisation
  const all = state({ cells, bound: { csms: organisation, dsrsp: organisation } })
  const payload =
    action === 'InstallCertificate' && role === 'recovery'
      ? { payload: { certificateType: 'CSMSRootCertificate', certificate: 'pem' } }
      : {}
  const verdict = gate(read(second(sign(action, { by, ...payload }))), { arms: [] }, all, now)
  if (!mayOriginate(role, action))
    expect(verdict).toMatchObject({ ok: false, reason: 'RoleForbidden', gate: 2 })
  else if (riskOf(action)?.second === 'arm')
    expect(verdict).toMatchObject({ ok: false, reason: 'SecondUnsuitable' })
  else expect(verdict).toMatchObject({ ok: true, second: 'countersigned' })
})

test('the supervisor itself may originate nothing', () => {
  for (const action of criticalActions) {
    const jws = sign(action, { by: parties.supervisor })
    expect(gate(read(second(jws)), { arms: [] }, state(), now)).toMatchObject({
      reason: 'RoleForbidden',
    })
  }
})

test('the table of actions and the risk table name the same commands', () => {
  expect([...actionNames].toSorted()).toEqual([...criticalActions].toSorted())
})

test('only what the risk table lets be armed has an arm', () => {
  for (const action of criticalActions) {
    const armable = riskOf(action)?.second !== 'countersignature'
    expect(actionOf(action)?.arms !== undefined, action).toBe(armable)
  }
})

test('an action outside the table is nobody’s to send', () => {
  const jws = second(sign('GetVariables'))
  expect(gate(read(jws), { arms: [] }, state(), now)).toMatchObject({ reason: 'RoleForbidden' })
  expect(actionOf('toString')).toBeUndefined()
})

test('an arm does not second an action that only a countersignature may', () => {
  const held = arm()
  const jws = sign('Reset', { armDigest: held.arm.digest })
  expect(gate(read(second(jws)), { arms: [held] }, state(), now)).toMatchObject({
    reason: 'SecondUnsuitable',
    consume: { path: 'armed' },
  })
})

test('a command that names an arm is judged by the arm alone', () => {
  const held = arm({ use: 'response', level: 50 })
  const jws = sign('SetChargingProfile', { by: parties.dsrsp, armDigest: held.arm.digest })
  expect(gate(read(second(jws)), { arms: [] }, state(), now)).toMatchObject({ reason: 'NotArmed' })
})

test('a start that nobody seconded in any way is not seconded', () => {
  const verdict = gate(read(sign('RequestStartTransaction')), { arms: [] }, state(), now)
  expect(verdict).toMatchObject({ reason: 'NotSeconded' })
})

test('armed and countersigned commands count separately', () => {
  const seen: string[] = []
  const counting = state({
    counters: (organisation, path) => {
      seen.push(`${organisation} ${path}`)
      return path === 'armed' ? 5n : 0n
    },
  })
  expect(judge({}, counting)).toMatchObject({ ok: true })
  expect(start(arm(), counting)).toMatchObject({ reason: 'Replayed' })
  expect(start(arm(), counting, { counter: 5n })).toMatchObject({ reason: 'Replayed' })
  expect(start(arm(), counting, { counter: 6n })).toMatchObject({ ok: true })
  const { organisation } = parties.csms
  expect(new Set(seen)).toEqual(new Set([`${organisation} countersigned`, `${organisation} armed`]))
})

test('a replayed command consumes nothing, since its counter is spent', () => {
  expect(judge({}, state({ counters: () => 1n }))).not.toHaveProperty('consume')
})

test.each(criticalActions)('%s without a signature is refused before all else', (action) => {
  const nothing = state({ timeTrusted: false, cells: {} })
  expect(gateMessage({ action }, { arms: [] }, nothing, now)).toEqual({
    ok: false,
    reason: 'Unsigned',
    gate: 0,
    detail: action,
  })
})

test('a signed message is read and judged in one go', () => {
  const signed = second(sign('SetChargingProfile'))
  expect(gateMessage({ action: 'SetChargingProfile', signed }, { arms: [] }, state(), now)).toEqual(
    judge(),
  )
})

test('a drawn delay is a whole number of seconds between zero and the longest, both included', () => {
  const entropy = seeded('delay')
  const drawn = Array.from({ length: 400 }, () => drawDelay({ secondsMax: 3 }, entropy))
  expect(new Set(drawn)).toEqual(new Set([0, 1, 2, 3]))
  expect(drawDelay({ secondsMax: 0 }, entropy)).toBe(0)
})

test('the effect interval of one window is the longest, and a day the longest life', () => {
  const until = later(limits.budgetWindowMillis / 1000)
  expect(judge({ effect: { from: now, until } })).toMatchObject({ ok: true })
  expect(judge({ expiresAt: later(86_400) })).toMatchObject({ ok: true })
})

test('a stop under an arm at level zero is a change of its own', () => {
  expect(stop(arm({ level: 0 }))).toMatchObject({
    ok: true,
    setting: { kind: 'stop', evse: 1, transactionId: 'tx-1' },
    armUse: { kind: 'change' },
  })
  expect(stop(arm({ level: 0 }))).not.toHaveProperty('ceilingWatts')
})

test('a profile for the whole station is judged by the whole station’s limits', () => {
  const payload = (limit: number) =>
    profile({
      evse: 0,
      periods: [{ startPeriod: 0, limit }],
      profile: { chargingProfilePurpose: 'ChargingStationMaxProfile' },
    })
  const wide = state({ limits: { hardwareWatts: 14_000, fuseWatts: 99_000, siteWatts: 99_000 } })
  const whole = { station, evse: 0 }
  expect(judge({ target: whole, payload: payload(14_000) }, wide)).toMatchObject({ ok: true })
  expect(judge({ target: whole, payload: payload(14_001) }, wide)).toMatchObject({
    reason: 'AboveHardware',
  })
})
