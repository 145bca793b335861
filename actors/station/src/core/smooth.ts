import type { DecisionNote } from '@interlock/contract'
import { inSeconds, plus, type Instant } from '@interlock/kernel'

/** The set-point in force, and the change that waits for its random delay. */
export type Applied = {
  readonly watts: number
  readonly pending?: {
    readonly due: Instant
    readonly delaySeconds: number
  }
}

/** What should be in force now; `exempt` says why it needs no delay. */
export type Target = { readonly watts: number; readonly exempt?: DecisionNote }

export type Settled = {
  readonly applied: Applied
  /** `moved`: the set-point changed. `delayed`: a delay was drawn and runs. */
  readonly outcome: 'unchanged' | 'moved' | 'delayed' | 'waiting' | 'dropped'
  readonly delaySeconds?: number
}

export const atRest: Applied = { watts: 0 }

/**
 * Regulation 11 of SI 2021/1467: at every start or rate change a delay, uniform over whole seconds
 * 0 … max, unless the change is exempt. A change that comes while another waits shares its delay, so
 * that nothing happens later than the first change plus the maximum, which is what the megawatt
 * ledger has been charged for.
 *
 * @param draw a whole number of seconds, uniform over 0 … max.
 */
export function settle(
  applied: Applied,
  target: Target,
  now: Instant,
  draw: () => number,
): Settled {
  const { pending } = applied
  if (target.watts === applied.watts) {
    return { applied: { watts: applied.watts }, outcome: pending ? 'dropped' : 'unchanged' }
  }
  if (target.exempt !== undefined) {
    return { applied: { watts: target.watts }, outcome: 'moved', delaySeconds: 0 }
  }
  if (pending !== undefined) {
    return now >= pending.due
      ? {
          applied: { watts: target.watts },
          outcome: 'moved',
          delaySeconds: pending.delaySeconds,
        }
      : { applied, outcome: 'waiting' }
  }
  const delaySeconds = draw()
  if (delaySeconds === 0) {
    return { applied: { watts: target.watts }, outcome: 'moved', delaySeconds }
  }
  const due = plus(now, inSeconds(delaySeconds))
  return {
    applied: { watts: applied.watts, pending: { due, delaySeconds } },
    outcome: 'delayed',
    delaySeconds,
  }
}
