import type { SignedCommand } from '@interlock/contract'
import type { Instant } from '@interlock/kernel'
import { parseSigned } from '@interlock/seal'
import { refused } from '@interlock/kernel'
import { armRevocations, authentic, consumptionOf } from './authentic.ts'
import { permitted } from './permitted.ts'
import { safe } from './safe.ts'
import { seconded } from './seconded.ts'
import { smooth } from './smooth.ts'
import type { Evidence, GateState } from './state.ts'
import { refuse, type Verdict } from './verdict.ts'

/** A critical command without a signature. */
export type Unsigned = { readonly unsigned: string }

/**
 * The five gates, in order: authentic, permitted, seconded, smooth, safe. Pure and total. The caller
 * persists `consume` and `armUse` before it acts on the verdict, and draws the delay.
 */
export function gate(
  command: SignedCommand | Unsigned,
  evidence: Evidence,
  state: GateState,
  now: Instant,
): Verdict {
  if ('unsigned' in command) return refuse(refused('Unsigned', command.unsigned))
  const problem = authentic(command, state, now) ?? armRevocations(command, evidence, state)
  if (problem !== undefined) return refuse(problem)

  // From here on the counter is used up, whatever the verdict.
  const consume = consumptionOf(command)
  const asked = permitted(command, state)
  if (!asked.ok) return refuse(asked, consume)
  const second = seconded(command, asked.value, evidence, state, now)
  if (!second.ok) return refuse(second, consume)
  const smoothed = smooth(command, asked.value, second.value, state, now)
  if (!smoothed.ok) return refuse(smoothed, consume)
  const { setting } = asked.value
  const checked = safe(command, setting, second.value, state)
  if (!checked.ok) return refuse(checked, consume)
  const { by, reference } = second.value
  const withArm =
    second.value.by === 'armed' ? { arm: second.value.arm, armUse: second.value.use } : {}
  return {
    ok: true,
    second: by,
    reference,
    setting,
    ...smoothed.value,
    ...checked.value,
    ...withArm,
    consume,
  }
}

/** The gates for a message as it came over OCPP: `signed` is the flattened JWS of `<action>-Signed`. */
export function gateMessage(
  message: { readonly action: string; readonly signed?: unknown },
  evidence: Evidence,
  state: GateState,
  now: Instant,
): Verdict {
  if (message.signed === undefined) return gate({ unsigned: message.action }, evidence, state, now)
  const command = parseSigned(message.signed, message.action)
  return command.ok ? gate(command.value, evidence, state, now) : refuse(command)
}
