import { armTriggers, limits, type RefusalReason, type SignedCommand } from '@interlock/contract'
import { refused, type Instant, type Refusal } from '@interlock/kernel'
import type { Cell, GateState } from './state.ts'
import type { Consumption } from './verdict.ts'

type Check = (
  command: SignedCommand,
  state: GateState,
  now: Instant,
) => Refusal<RefusalReason> | undefined

/** Gate 1: who says it, to whom, when, and for the first time. The first problem found, if any. */
export const authentic: Check = (command, state, now) =>
  firstOf([signature, revocations, target, lifetime, absolute, effect, replay], command, state, now)

/**
 * The same of a command that is meant for a station which only knows OCPP. It never sees the
 * signature, so its effect may be relative; whoever seconds the command charges for the worst.
 */
export const originated: Check = (command, state, now) =>
  firstOf([signature, revocations, target, lifetime, effect, replay], command, state, now)

function firstOf(checks: readonly Check[], ...given: Parameters<Check>): ReturnType<Check> {
  for (const check of checks) {
    const problem = check(...given)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** The very certificate pinned for this role and organisation; it signs commands, so no arms. */
export const cellOf = (
  cells: readonly Cell[] | undefined,
  organisation: string,
  thumbprint: string,
): Cell | undefined =>
  cells?.find(
    (cell) =>
      cell.organisation === organisation &&
      cell.thumbprint === thumbprint &&
      cell.hierarchy === 'charging',
  )

const signature: Check = (command, { cells, crypto }) => {
  const cell = cellOf(cells[command.role], command.organisation, command.signer)
  if (cell === undefined) return refused('SignerUnknown', `${command.role} ${command.organisation}`)
  if (cell.revoked) return refused('SignerRevoked', command.signer)
  if (!crypto.verify(cell.publicKey, command.signed, command.signature))
    return refused('SignatureInvalid')
  return undefined
}

/** A DSRSP's arm is signed by a certificate of the other hierarchy; an owner's by a key without one. */
const revocations: Check = ({ role, armDigest }, { revocationsFresh }) => {
  const needed =
    role === armTriggers.response && armDigest !== undefined
      ? (['charging', 'smartMeter'] as const)
      : (['charging'] as const)
  const stale = needed.find((hierarchy) => !revocationsFresh[hierarchy])
  return stale === undefined ? undefined : refused('RevocationStale', stale)
}

const target: Check = (command, { station }) =>
  command.target.station === station.eui
    ? undefined
    : refused('TargetMismatch', command.target.station)

const lifetime: Check = ({ issuedAt, expiresAt }, { timeTrusted }, now) => {
  if (!timeTrusted) return refused('TimeUntrusted')
  if (issuedAt > now + limits.clockSkewMillisMax) return refused('NotYetValid')
  if (now >= expiresAt) return refused('Expired')
  if (expiresAt - issuedAt > limits.commandLifetimeMillisMax) return refused('LifetimeTooLong')
  return undefined
}

const absolute: Check = ({ action, payload }) =>
  action === 'SetChargingProfile' && !isAbsolute(payload) ? refused('EffectRelative') : undefined

const effect: Check = (command, _state, now) => {
  const { from, until } = command.effect
  if (until - from > limits.budgetWindowMillis) return refused('EffectTooLong')
  if (until < now) return refused('EffectPast')
  return undefined
}

/** Kind Absolute, and every schedule says when it starts and how long it lasts. */
function isAbsolute(payload: unknown): boolean {
  const profile = (payload as { chargingProfile?: unknown } | null)?.chargingProfile
  const { chargingProfileKind: kind, chargingSchedule: schedules } = (profile ?? {}) as {
    chargingProfileKind?: unknown
    chargingSchedule?: unknown
  }
  return kind === 'Absolute' && Array.isArray(schedules) && schedules.every(isBounded)
}

function isBounded(schedule: unknown): boolean {
  const { startSchedule, duration } = (schedule ?? {}) as Record<string, unknown>
  return startSchedule !== undefined && duration !== undefined
}

const replay: Check = (command, { counters }) => {
  const { organisation, path, counter } = consumptionOf(command)
  return counter > counters(organisation, path) ? undefined : refused('Replayed', `${counter}`)
}

/** Naming an arm chooses the armed path and its own counter. */
export const consumptionOf = (command: SignedCommand): Consumption => ({
  organisation: command.organisation,
  path: command.armDigest === undefined ? 'countersigned' : 'armed',
  counter: command.counter,
})
