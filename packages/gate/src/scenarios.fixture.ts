import type { RefusalReason } from '@interlock/contract'
import { instant } from '@interlock/kernel'
import { gate, gateMessage } from './gate.ts'
import { respond, type ResponseEvidence } from './respond.ts'
import type { GateState, HeldArm } from './state.ts'
import type { Verdict } from './verdict.ts'
import {
  arm,
  cell,
  forged,
  later,
  now,
  otherStation,
  parties,
  profile,
  read,
  second,
  sign,
  state,
  station,
  type ArmChange,
  type Change,
  type Party,
} from './world.fixture.ts'

/** A countersigned profile, judged. */
export const judge = (change: Change = {}, of: GateState = state(), when = now): Verdict =>
  gate(read(second(sign('SetChargingProfile', change))), { arms: [] }, of, when)

/** A start triggered by the CSMS under the owner's arm. */
export const start = (
  held: HeldArm = arm(),
  of: GateState = state(),
  change: Change = {},
  when = now,
): Verdict => {
  const jws = sign('RequestStartTransaction', { armDigest: held.arm.digest, ...change })
  return gate(read(jws), { arms: [held] }, of, when)
}

export const stop = (held: HeldArm, of: GateState = state()): Verdict => {
  const jws = sign('RequestStopTransaction', { armDigest: held.arm.digest })
  return gate(read(jws), { arms: [held] }, of, now)
}

/** A dispatched response: the DSRSP's profile under its own arm. */
export const dispatch = (
  held: HeldArm = arm({ use: 'response', level: 50 }),
  of: GateState = state(),
  change: Change = {},
): Verdict => {
  const jws = sign('SetChargingProfile', {
    by: parties.dsrsp,
    armDigest: held.arm.digest,
    ...change,
  })
  return gate(read(jws), { arms: [held] }, of, now)
}

const curve = {
  evse: 1,
  direction: 'import' as const,
  points: [
    { hertz: 49.5, percent: 0 },
    { hertz: 49.9, percent: 100 },
  ],
  deadbandHertz: 0.1,
  from: later(-60),
  until: later(3_600),
  durationMillisMax: 600_000,
}

/** Everything that must agree at 49.7 Hz, where the curve asks for half. */
export function agreeing(
  change: Partial<ResponseEvidence> = {},
  armChange: ArmChange = {},
): ResponseEvidence {
  const held = arm({ use: 'response', ...armChange })
  return {
    curve: { organisation: parties.dsrsp.organisation, curve },
    arms: [held],
    signal: { digest: held.arm.digest, hertz: 49.7, measuredAt: now, until: later(300) },
    reading: { hertz: 49.7, at: now },
    ...change,
  }
}
export const curveWith = (change: object) => ({
  organisation: parties.dsrsp.organisation,
  curve: { ...curve, ...change },
})
export const readings = (hertz: number, own = hertz): ResponseEvidence => {
  const evidence = agreeing()
  return {
    ...evidence,
    signal: { ...evidence.signal, hertz },
    reading: { hertz: own, at: now },
  }
}

const overridden = state({ overrides: [{ evse: 1, by: 'arm', until: later(600) }] })
const countersignedBy = (
  ...by: Parameters<typeof second> extends [unknown, ...infer Rest] ? Rest : never
) => gate(read(second(sign('SetChargingProfile'), ...by)), { arms: [] }, state(), now)

/** One way to reach each reason of the table. */
export const scenarios: Readonly<Record<RefusalReason, () => { ok: boolean }>> = {
  Unsigned: () => gateMessage({ action: 'SetChargingProfile' }, { arms: [] }, state(), now),
  Malformed: () => gateMessage({ action: 'Reset', signed: 'no JWS' }, { arms: [] }, state(), now),
  CritMissing: () => {
    const signed = { ...sign('Reset'), protected: btoa('{"alg":"ES256"}').replace(/=+$/, '') }
    return gateMessage({ action: 'Reset', signed }, { arms: [] }, state(), now)
  },
  ActionMismatch: () =>
    gateMessage({ action: 'SetVariables', signed: sign('Reset') }, { arms: [] }, state(), now),

  SignerUnknown: () => judge({ by: parties.stranger }),
  SignerRevoked: () =>
    judge({}, state({ cells: { ...state().cells, csms: [cell(parties.csms, true)] } })),
  RevocationStale: () =>
    judge({}, state({ revocationsFresh: { charging: false, smartMeter: true } })),
  SignatureInvalid: () => judge({ by: { ...parties.csms, key: parties.stranger.key } }),
  TargetMismatch: () => judge({ target: { station: otherStation, evse: 1 } }),
  TimeUntrusted: () => judge({}, state({ timeTrusted: false })),
  NotYetValid: () => judge({ issuedAt: later(31) }),
  Expired: () => judge({}, state(), later(300)),
  LifetimeTooLong: () => judge({ expiresAt: later(86_401) }),
  EffectRelative: () =>
    judge({ payload: profile({ profile: { chargingProfileKind: 'Relative' } }) }),
  EffectTooLong: () => judge({ effect: { from: now, until: later(1_801) } }),
  EffectPast: () => judge({ effect: { from: later(-60), until: later(-1) } }),
  Replayed: () => judge({}, state({ counters: () => 1n })),

  RoleForbidden: () => judge({ by: parties.maintainer }),
  ParameterForbidden: () => judge({ payload: profile({ schedule: { chargingRateUnit: 'A' } }) }),
  ProviderNotBound: () => judge({ by: parties.formerCsms }),

  NotSeconded: () => gate(read(sign('SetChargingProfile')), { arms: [] }, state(), now),
  CountersignSigner: () => countersignedBy(parties.dsrsp),
  CountersignInvalid: () => countersignedBy({ ...parties.supervisor, key: parties.csms.key }),
  CountersignExpired: () => countersignedBy(parties.supervisor, now),
  HoursDiffer: () => judge({}, state({ hoursHeld: 7 })),
  SameOrganisation: () => countersignedBy(parties.siblingSupervisor),
  SecondUnsuitable: () =>
    gate(read(second(sign('RequestStartTransaction'))), { arms: [] }, state(), now),
  NotArmed: () =>
    gate(
      read(sign('RequestStartTransaction', { armDigest: arm().arm.digest })),
      { arms: [] },
      state(),
      now,
    ),
  ArmInvalid: () => start(forged(arm())),
  ArmOriginator: () => start(arm({ by: parties.stranger })),
  ArmRevoked: () => start(arm({ by: parties.lostOwner })),
  ArmTarget: () => start(arm({ target: otherStation })),
  ArmDirection: () => start(arm({ direction: 'export' })),
  ArmWindow: () => start(arm({ from: later(1) })),
  ArmLevel: () => dispatch(arm({ use: 'response', level: 40 })),
  ArmUse: () => stop(arm({ level: 100 })),
  ArmTooSoon: () =>
    dispatch(undefined, state({ armUses: () => ({ changes: 1, lastAt: later(-59) }) })),
  ArmSpent: () =>
    dispatch(undefined, state({ armUses: () => ({ changes: 2, lastAt: later(-600) }) })),

  NoCurve: () => {
    const { arms, signal, reading } = agreeing()
    return respond({ arms, signal, reading }, state(), now)
  },
  CurveExpired: () => respond(agreeing({ curve: curveWith({ until: now }) }), state(), now),
  FrequencyStale: () =>
    respond(agreeing({ reading: { hertz: 49.7, at: instant(now - 2_001) } }), state(), now),
  FrequencyDisagrees: () => respond(readings(49.7, 49.76), state(), now),
  InsideDeadband: () => respond(readings(49.95), state(), now),
  Destabilising: () => respond(readings(50.3), state(), now),
  ResponseTooLong: () =>
    respond(
      agreeing({ since: later(-600) }),
      state({ armUses: () => ({ changes: 1, lastAt: later(-600) }) }),
      now,
    ),

  DelayTooLong: () => judge({}, state({ delaySecondsMax: 1_801 })),
  EffectOutside: () => judge({ effect: { from: now, until: later(599) } }),
  Overridden: () => dispatch(undefined, overridden),

  AboveHardware: () => judge({ payload: profile({ periods: [{ startPeriod: 0, limit: 7_401 }] }) }),
  AboveFuse: () =>
    judge({}, state({ limits: { hardwareWatts: 7_400, fuseWatts: 2_999, siteWatts: 7_400 } })),
  AboveSite: () =>
    judge({}, state({ limits: { hardwareWatts: 7_400, fuseWatts: 7_400, siteWatts: 2_999 } })),
  NoSuchEvse: () =>
    judge({ target: { station: state().station.eui, evse: 3 }, payload: profile({ evse: 3 }) }),
  EvseFaulted: () =>
    judge({ target: { station: state().station.eui, evse: 2 }, payload: profile({ evse: 2 }) }),
}

/** A countersigned command, judged. */
export const send = (action: string, payload: unknown, by: Party = parties.csms, evse?: number) =>
  gate(
    read(
      second(
        sign(action, {
          by,
          payload,
          ...(evse === undefined ? {} : { target: { station, evse } }),
        }),
      ),
    ),
    { arms: [] },
    state(),
    now,
  )
export const forbidden = { ok: false, reason: 'ParameterForbidden', gate: 2 }
export const allowed = (setting: object) => ({ ok: true, setting })

/** The payload that sets one variable. */
export const variable = (
  component: string,
  name: string,
  attributeValue: string,
  more: object = {},
) => ({
  setVariableData: [
    { component: { name: component }, variable: { name }, attributeValue, ...more },
  ],
})
