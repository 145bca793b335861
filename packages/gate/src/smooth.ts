import {
  limits,
  randomDelayVariable,
  type Arm,
  type DecisionNote,
  type RefusalReason,
  type SignedCommand,
} from '@interlock/contract'
import {
  ok,
  refused,
  seconds,
  type Entropy,
  type Instant,
  type Outcome,
  type Seconds,
} from '@interlock/kernel'
import type { Permitted } from './permitted.ts'
import type { Second } from './seconded.ts'
import type { Setting } from './setting.ts'
import { overrideOf, type GateState } from './state.ts'
import type { Delay } from './verdict.ts'

/** How the change comes about: when, and whether it waits for the end of an override. */
export type Smoothed = { readonly delay: Delay; readonly heldUntil?: Instant }

/** Gate 4: the override comes first, then the random delay, then the effect interval. */
export function smooth(
  command: SignedCommand,
  { row, setting }: Permitted,
  second: Second,
  state: GateState,
  now: Instant,
): Outcome<Smoothed, RefusalReason> {
  if (!isLawful(setting, state)) return refused('DelayTooLong')
  const override = overrideOf(state, command.target.evse, now)
  const delay = delayOf(row.movesLoad, second, state)
  if (override !== undefined) {
    const onDemand = second.by === 'armed' && second.arm.use === 'onDemand'
    // Only a fresh arm of an owner replaces an override, and not one made at the charger itself.
    const replaces = onDemand && override.by === 'arm' && second.use.kind === 'change'
    const refuses = second.by === 'armed' ? !replaces : row.override === 'refuse'
    if (refuses) return refused('Overridden', override.by)
    if (row.override === 'hold') return ok({ delay, heldUntil: override.until })
  }
  return !row.movesLoad || inEffectInterval(command, setting, delay, now)
    ? ok({ delay })
    : refused('EffectOutside')
}

/** Neither the delay in force nor one to be set exceeds its legal limit. */
function isLawful(setting: Setting, { delaySecondsMax }: GateState): boolean {
  const { component, variable, max } = randomDelayVariable
  const asked =
    setting.kind === 'variables'
      ? setting.values.filter((each) => each.component === component && each.variable === variable)
      : []
  return delaySecondsMax <= limits.randomDelaySecondsMax && asked.every((each) => each.value <= max)
}

/** A supplier's word is neither the owner's nor a response to the grid's need. */
const exemptions: Readonly<Partial<Record<Arm['use'], DecisionNote>>> = {
  onDemand: 'ConsumerOverride',
  response: 'ResponseService',
}

/** An exemption is granted by the evidence of gate 3, never by what the sender says of itself. */
function delayOf(movesLoad: boolean, second: Second, { delaySecondsMax }: GateState): Delay {
  const exemption = second.by === 'armed' ? exemptions[second.arm.use] : undefined
  if (exemption !== undefined) return { secondsMax: 0, exemption }
  return movesLoad
    ? { secondsMax: delaySecondsMax }
    : { secondsMax: 0, exemption: 'NothingToChange' }
}

/** Whatever delay is drawn, the first change comes inside the interval that was signed. */
function inEffectInterval(
  { effect }: SignedCommand,
  setting: Setting,
  { secondsMax }: Delay,
  now: Instant,
): boolean {
  const earliest = setting.kind === 'profile' ? Math.max(now, setting.from) : now
  return earliest >= effect.from && earliest + secondsMax * 1000 <= effect.until
}

/** Draws the delay of one change: uniform over whole seconds 0 … `secondsMax`. */
export const drawDelay = (delay: Delay, entropy: Entropy): Seconds =>
  seconds(entropy.below(delay.secondsMax + 1))
