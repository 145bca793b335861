import { armOriginators, limits, type Arm } from '@interlock/contract'
import { instant } from '@interlock/kernel'
import { expect, test } from 'vitest'
import { agreeing, dispatch, judge, start, stop } from './scenarios.fixture.ts'
import { respond } from './respond.ts'
import type { GateState } from './state.ts'
import type { Verdict } from './verdict.ts'
import {
  arm,
  cell,
  later,
  now,
  otherStation,
  parties,
  profile,
  state,
  station,
} from './world.fixture.ts'

const refusal = (reason: string) => ({ ok: false, reason, gate: 1 })

test('the very certificate is pinned: a renewed one of the same organisation is unknown', () => {
  const renewed = { ...parties.csms, thumbprint: parties.dsrsp.thumbprint }
  expect(judge({ by: renewed })).toMatchObject({
    ...refusal('SignerUnknown'),
    detail: `csms ${parties.csms.organisation}`,
  })
})

test('the organisation of a certificate is not another’s', () => {
  const posing = { ...parties.csms, organisation: parties.dsrsp.organisation }
  expect(judge({ by: posing })).toMatchObject(refusal('SignerUnknown'))
})

test('a certificate pinned for one role does not sign for another', () => {
  const posing = { ...parties.csms, role: 'dsrsp' as const }
  expect(judge({ by: posing })).toMatchObject(refusal('SignerUnknown'))
  expect(judge({}, state({ cells: {} }))).toMatchObject(refusal('SignerUnknown'))
})

test('of several cells of a role, the one that fits decides', () => {
  const cells = { ...state().cells, csms: [cell(parties.formerCsms), cell(parties.csms)] }
  expect(judge({}, state({ cells }))).toMatchObject({ ok: true })
})

test('a revoked signer is refused by name of its certificate', () => {
  const cells = { ...state().cells, csms: [cell(parties.csms, true)] }
  expect(judge({}, state({ cells }))).toMatchObject({
    ...refusal('SignerRevoked'),
    detail: parties.csms.thumbprint,
  })
})

test('another station’s command is refused with the station it is for', () => {
  expect(judge({ target: { station: otherStation, evse: 1 } })).toMatchObject({
    ...refusal('TargetMismatch'),
    detail: otherStation,
  })
})

test('a little clock difference is tolerated, no more', () => {
  const ahead = (ms: number) => judge({ issuedAt: later(60) }, state(), instant(now + 60_000 - ms))
  expect(ahead(limits.clockSkewMillisMax)).not.toMatchObject({ reason: 'NotYetValid' })
  expect(ahead(limits.clockSkewMillisMax + 1)).toMatchObject(refusal('NotYetValid'))
})

test('a command counts until just before its expiry', () => {
  expect(judge({ expiresAt: later(1) }, state(), instant(now + 999))).toMatchObject({ ok: true })
  expect(judge({ expiresAt: later(1) }, state(), later(1))).toMatchObject(refusal('Expired'))
})

test('a command that lives for a day and a second lives too long', () => {
  expect(judge({ expiresAt: later(86_400) })).toMatchObject({ ok: true })
  expect(judge({ expiresAt: later(86_401) })).toMatchObject(refusal('LifetimeTooLong'))
})

test('an effect interval is past once it has ended', () => {
  const held = arm()
  const ending = { effect: { from: later(-60), until: now } }
  expect(start(held, state(), ending)).toMatchObject({ ok: true })
  expect(start(held, state(), ending, instant(now + 1))).toMatchObject(refusal('EffectPast'))
})

test.each([
  ['kind', profile({ profile: { chargingProfileKind: 'Recurring' } })],
  ['start', profile({ schedule: { startSchedule: undefined } })],
  ['duration', profile({ schedule: { duration: undefined } })],
  ['schedules', profile({ profile: { chargingSchedule: 'now' } })],
  ['schedule', profile({ profile: { chargingSchedule: [null] } })],
  ['profile', { evseId: 1 }],
  ['payload', null],
])('a charging profile without an absolute %s is relative', (_what, payload) => {
  expect(judge({ payload })).toMatchObject(refusal('EffectRelative'))
})

test('one relative schedule among several is one too many', () => {
  const { chargingProfile } = profile()
  const [whole] = chargingProfile.chargingSchedule
  const { duration: _, ...endless } = whole ?? { duration: 0 }
  const payload = profile({ profile: { chargingSchedule: [whole, endless] } })
  expect(judge({ payload })).toMatchObject(refusal('EffectRelative'))
})

test('the counter must be above the last, not equal to it', () => {
  const last = (counter: bigint) => state({ counters: () => counter })
  expect(judge({ counter: 5n }, last(4n))).toMatchObject({ ok: true })
  expect(judge({ counter: 5n }, last(5n))).toMatchObject({ ...refusal('Replayed'), detail: '5' })
  expect(judge({ counter: 5n }, last(6n))).toMatchObject(refusal('Replayed'))
})

test('the target names this very station', () => {
  expect(judge({}, state({ station: { eui: otherStation } }))).toMatchObject({
    ...refusal('TargetMismatch'),
    detail: station,
  })
})

const lists = (charging: boolean, smartMeter: boolean) =>
  state({ revocationsFresh: { charging, smartMeter } })

test('without a fresh charging list no command counts, whatever seconds it', () => {
  const stale = { ...refusal('RevocationStale'), detail: 'charging' }
  expect(judge({}, lists(false, true))).toMatchObject(stale)
  expect(start(arm(), lists(false, true))).toMatchObject(stale)
  expect(dispatch(undefined, lists(false, true))).toMatchObject(stale)
})

/** What is moved under an arm, by its use. */
const triggers = {
  onDemand: [(of: GateState) => start(arm(), of), (of: GateState) => stop(arm({ level: 0 }), of)],
  response: [(of: GateState) => dispatch(undefined, of)],
  supplied: [
    (of: GateState) => start(arm({ use: 'supplied' }), of),
    (of: GateState) => stop(arm({ use: 'supplied', level: 0 }), of),
  ],
} as const satisfies Record<Arm['use'], readonly ((of: GateState) => Verdict)[]>
const uses = Object.keys(triggers) as Arm['use'][]

test.each(uses)('a stale smart-meter list stops an arm (%s) whose signer it could name', (use) => {
  for (const trigger of triggers[use]) {
    expect(trigger(lists(true, true))).toMatchObject({ ok: true })
    expect(trigger(lists(true, false))).toMatchObject(
      armOriginators[use] === 'owner'
        ? { ok: true }
        : { ...refusal('RevocationStale'), detail: 'smartMeter' },
    )
  }
})

test('while the smart-meter list is stale, no arm is believed to be of another use than its bytes say', () => {
  const { arm: said, bytes } = arm({ use: 'supplied', level: 0 })
  const posing = { arm: { ...said, use: 'onDemand' as const }, bytes }
  expect(stop(posing, lists(true, false))).toMatchObject(refusal('RevocationStale'))
})

test('a countersigned command does not need the smart-meter list', () => {
  expect(judge({}, lists(true, false))).toMatchObject({ ok: true })
  expect(judge({ by: parties.dsrsp }, lists(true, false))).not.toMatchObject({
    reason: 'RevocationStale',
  })
})

test('a response does not wait for lists: it must work through an outage', () => {
  expect(respond(agreeing(), lists(false, false), now)).toMatchObject({ ok: true })
})

test('a signature that does not verify is not excused by a missing list', () => {
  const by = { ...parties.csms, key: parties.stranger.key }
  expect(judge({ by }, lists(false, false))).toMatchObject(refusal('SignatureInvalid'))
})
