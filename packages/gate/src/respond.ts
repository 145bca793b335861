import { limits, type Arm, type FrequencyCurve, type RefusalReason } from '@interlock/contract'
import { instant, refused, type Eui64, type Instant, type Refusal } from '@interlock/kernel'
import { armTarget, findArm } from './armed.ts'
import { curvePercent } from './frequency-curve.ts'
import { evseOf, overrideOf, type GateState, type HeldArm } from './state.ts'
import { refuse, type ArmUse, type Refused } from './verdict.ts'

/** What must agree before a station acts by itself. */
export type ResponseEvidence = {
  /** The countersigned curve that gate accepted and the station stored, with its originator. */
  readonly curve?: { readonly organisation: Eui64; readonly curve: FrequencyCurve }
  readonly arms: readonly HeldArm[]
  /** The LLCS's word over the local link. */
  readonly signal: {
    readonly digest: string
    readonly hertz: number
    readonly measuredAt: Instant
    readonly until: Instant
  }
  /** The station's own reading. */
  readonly reading: { readonly hertz: number; readonly at: Instant }
  /** When this response began; absent at its start. */
  readonly since?: Instant
}

export type ResponseAccepted = {
  readonly ok: true
  readonly second: 'response'
  readonly evse: number
  readonly arm: Arm
  readonly percent: number
  readonly ceilingWatts: number
  /** The response ends then at the latest. */
  readonly until: Instant
  readonly delay: { readonly secondsMax: 0; readonly exemption: 'ResponseService' }
  /** At the start of a response only: persist it before the load moves. */
  readonly armUse?: ArmUse
}
export type ResponseVerdict = ResponseAccepted | Refused

const nominalHertz = 50
type Problem = Refusal<RefusalReason> | undefined

/**
 * The envelope of the autonomous response: curve, pre-authorised arm, the LLCS's measurement and the
 * station's own agree, in the stabilising direction, for a bounded time. Pure; no message from
 * outside the home is needed.
 */
export function respond(
  evidence: ResponseEvidence,
  state: GateState,
  now: Instant,
): ResponseVerdict {
  const { signal, reading } = evidence
  if (evidence.curve === undefined) return refuse(refused('NoCurve'))
  const { curve, organisation } = evidence.curve
  if (!state.timeTrusted) return refuse(refused('TimeUntrusted'))
  if (now < curve.from || now >= curve.until) return refuse(refused('CurveExpired'))
  if (isRevoked(organisation, state)) return refuse(refused('SignerRevoked', organisation))
  if (organisation !== state.bound.dsrsp) return refuse(refused('ProviderNotBound', organisation))
  const found = findArm(signal.digest, evidence.arms, state)
  if (!found.ok) return refuse(found)
  const arm = found.value
  const until = responseUntil(evidence, curve, arm, now)
  const problem =
    armProblem(arm, organisation, curve, state) ??
    windowProblem(arm, signal.until, now) ??
    usesProblem(arm, evidence, state) ??
    frequencyProblem(signal, reading, now) ??
    directionProblem(curve, signal.hertz) ??
    directionProblem(curve, reading.hertz) ??
    (now < until ? undefined : refused('ResponseTooLong')) ??
    evseProblem(curve.evse, state, now)
  if (problem !== undefined) return refuse(problem)

  // Curve and level are both ceilings, so the lower holds.
  const percent = Math.min(curvePercent(curve, reading.hertz), arm.levelPercent)
  const { hardwareWatts, fuseWatts, siteWatts } = state.limits
  const rating = evseOf(state, curve.evse)?.ratingWatts ?? 0
  return {
    ok: true,
    second: 'response',
    evse: curve.evse,
    arm,
    percent,
    ceilingWatts: Math.min((percent / 100) * rating, hardwareWatts, fuseWatts, siteWatts),
    until,
    delay: { secondsMax: 0, exemption: 'ResponseService' },
    ...(evidence.since === undefined
      ? { armUse: { digest: arm.digest, kind: 'change' as const } }
      : {}),
  }
}

/** The curve was signed by a certificate that has been revoked since. */
const isRevoked = (organisation: Eui64, { cells }: GateState): boolean =>
  cells.dsrsp?.some(
    (cell) => cell.organisation === organisation && cell.hierarchy === 'charging' && cell.revoked,
  ) === true

/** The DSRSP's own pre-authorisation, for this EVSE and the direction of the curve. */
function armProblem(
  arm: Arm,
  organisation: Eui64,
  curve: FrequencyCurve,
  state: GateState,
): Problem {
  if (arm.use !== 'response') return refused('ArmUse', arm.use)
  if (arm.originator !== organisation) return refused('ArmOriginator', arm.originator)
  if (arm.direction !== curve.direction) return refused('ArmDirection', arm.direction)
  return armTarget(arm, state, curve.evse)
}

const windowProblem = (arm: Arm, signalUntil: Instant, now: Instant): Problem =>
  now >= arm.from && now < Math.min(arm.until, signalUntil) ? undefined : refused('ArmWindow')

/** One response for each arm; while it runs it follows the curve without using the arm again. */
function usesProblem(arm: Arm, { since }: ResponseEvidence, state: GateState): Problem {
  const { changes } = state.armUses(arm.digest)
  const expected = since === undefined ? 0 : 1
  return changes === expected ? undefined : refused('ArmSpent', `${changes}`)
}

function frequencyProblem(
  signal: ResponseEvidence['signal'],
  reading: ResponseEvidence['reading'],
  now: Instant,
): Problem {
  const stale = [signal.measuredAt, reading.at].some(
    (at) => Math.abs(now - at) > limits.frequencyAgeMillisMax,
  )
  if (stale) return refused('FrequencyStale')
  // Not `>`: a reading that is no number disagrees with every other.
  return Math.abs(signal.hertz - reading.hertz) <= limits.frequencyDisagreementHertzMax
    ? undefined
    : refused('FrequencyDisagrees', `${signal.hertz} Hz and ${reading.hertz} Hz`)
}

/** A ceiling takes away import, which helps when the frequency is low, or export, when it is high. */
function directionProblem({ direction, deadbandHertz }: FrequencyCurve, hertz: number): Problem {
  const deviation = hertz - nominalHertz
  if (Math.abs(deviation) <= deadbandHertz) return refused('InsideDeadband', `${hertz} Hz`)
  return deviation < 0 === (direction === 'import')
    ? undefined
    : refused('Destabilising', `${hertz} Hz`)
}

/** The earliest of every bound on its length. */
const responseUntil = (
  { signal, since }: ResponseEvidence,
  curve: FrequencyCurve,
  arm: Arm,
  now: Instant,
): Instant =>
  instant(
    Math.min(
      (since ?? now) + Math.min(curve.durationMillisMax, limits.responseMillisMax),
      signal.until,
      arm.until,
      curve.until,
    ),
  )

function evseProblem(id: number, state: GateState, now: Instant): Problem {
  if (overrideOf(state, id, now) !== undefined) return refused('Overridden')
  const evse = evseOf(state, id)
  if (evse === undefined) return refused('NoSuchEvse', `${id}`)
  return evse.faulted ? refused('EvseFaulted', `${id}`) : undefined
}
