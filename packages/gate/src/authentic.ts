import {
  armRevocationLists,
  limits,
  type RefusalReason,
  type SignedCommand,
} from '@interlock/contract'
import { armOf } from '@interlock/gbcs'
import { refused, type Instant, type Refusal } from '@interlock/kernel'
import type { Cell, Evidence, GateState } from './state.ts'
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

const revocations: Check = (_command, { revocationsFresh }) =>
  revocationsFresh.charging ? undefined : refused('RevocationStale', 'charging')

/**
 * Of a command that names an arm: the list that could revoke the arm's signer is fresh as well. What
 * use it is of is read from its signed bytes; an arm that is absent or unreadable is gate 3's to refuse.
 */
export function armRevocations(
  { armDigest }: SignedCommand,
  { arms }: Evidence,
  { revocationsFresh, crypto }: GateState,
): ReturnType<Check> {
  const held = arms.find(({ arm }) => arm.digest === armDigest)
  const arm = held === undefined ? undefined : armOf(held.bytes, crypto)
  const needed = arm?.ok === true ? armRevocationLists[arm.value.use] : undefined
  return needed === undefined || revocationsFresh[needed]
    ? undefined
    : refused('RevocationStale', needed)
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
