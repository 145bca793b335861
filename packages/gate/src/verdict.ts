import {
  refusalRow,
  type Arm,
  type DecisionNote,
  type Path,
  type RefusalReason,
} from '@interlock/contract'
import type { Eui64, Instant } from '@interlock/kernel'
import type { Setting } from './setting.ts'

/** A counter to persist before anything else is done with the verdict. */
export type Consumption = {
  readonly organisation: Eui64
  readonly path: Path
  readonly counter: bigint
}

/** A use of an arm to persist before the load moves. */
export type ArmUse = { readonly digest: string; readonly kind: 'change' | 'return' }

/** The random delay: uniform over whole seconds 0 … `secondsMax`; zero only with its reason. */
export type Delay = { readonly secondsMax: number; readonly exemption?: DecisionNote }

export type Accepted = {
  readonly ok: true
  readonly second: Path
  readonly setting: Setting
  readonly delay: Delay
  readonly consume: Consumption
  /** The ledger reservation, or the digest of the arm, that it relies on. */
  readonly reference: string
  readonly arm?: Arm
  readonly armUse?: ArmUse
  /** Highest set-point the arm and the site allow; for start and dispatch. */
  readonly ceilingWatts?: number
  /**
   * The owner's override is in force: the setting is stored, and the load does not move before the
   * override has ended (and then with its random delay).
   */
  readonly heldUntil?: Instant
}

export type Refused = {
  readonly ok: false
  readonly reason: RefusalReason
  readonly gate: number
  readonly detail?: string
  /** Present from gate 2 on: a refused command has used its counter too. */
  readonly consume?: Consumption
}
export type Verdict = Accepted | Refused

export const refuse = (
  refusal: { readonly reason: RefusalReason; readonly detail?: string },
  consume?: Consumption,
): Refused => ({
  ok: false,
  reason: refusal.reason,
  gate: refusalRow(refusal.reason).gate,
  ...(refusal.detail === undefined ? {} : { detail: refusal.detail }),
  ...(consume === undefined ? {} : { consume }),
})
