import { riskOf, type Arm, type RefusalReason, type SignedCommand } from '@interlock/contract'
import { refused, type Instant, type Outcome } from '@interlock/kernel'
import { armed } from './armed.ts'
import { countersigned } from './countersigned.ts'
import type { Permitted } from './permitted.ts'
import type { Evidence, GateState } from './state.ts'
import type { ArmUse } from './verdict.ts'

/** The second party's agreement, verified. */
export type Second =
  | { readonly by: 'countersigned'; readonly reference: string }
  | { readonly by: 'armed'; readonly reference: string; readonly arm: Arm; readonly use: ArmUse }

/**
 * Gate 3. A command that names an arm is judged by that arm and nothing else; a countersignature
 * beside it counts for nothing.
 */
export function seconded(
  command: SignedCommand,
  asked: Permitted,
  evidence: Evidence,
  state: GateState,
  now: Instant,
): Outcome<Second, RefusalReason> {
  const demanded = riskOf(command.action)?.second
  if (command.armDigest !== undefined)
    return demanded === 'countersignature'
      ? refused('SecondUnsuitable', 'an arm')
      : armed(command, asked, command.armDigest, evidence, state, now)
  return demanded === 'arm' && command.countersignature !== undefined
    ? refused('SecondUnsuitable', 'a countersignature')
    : countersigned(command, asked, state, now)
}
