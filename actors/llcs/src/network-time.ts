import { limits } from '@interlock/contract'
import { isTrueAt, type CommandOf, type ResultCode } from '@interlock/gbcs'
import { millis } from '@interlock/kernel'
import type { Memory } from './core/memory.ts'
import type { Llcs } from './llcs.ts'

/**
 * The time as the home's supplier signed it and the data company let it pass (ECS70): true at some moment
 * from its start to its end. This clock is not set by it. One that is outside is on the record, and is
 * vouched for to no charger until the network agrees again; a charger that starts then waits for its time.
 * Nor does a calendar that has a date come by it.
 */
export async function takeTime(
  llcs: Llcs,
  { from, until }: Pick<CommandOf<'ECS70'>, 'from' | 'until'>,
): Promise<ResultCode> {
  const { keeper, audit, deps } = llcs
  const now = deps.clock.now()
  const agrees = isTrueAt({ from, until }, now, millis(limits.linkMessageLifetimeMillis))
  if (vouches(keeper.memory) !== agrees) keeper.commit({ clockAgrees: agrees })
  if (!agrees) {
    audit.critical('ClockDisagreement', { from, until, now })
    llcs.publish({ kind: 'security', reason: 'ClockDisagreement' })
    return 'otherReason'
  }
  audit.record('ClockConfirmed', { from, until })
  // What lies ahead of a clock that is right was counted by one that was not.
  if (llcs.settled?.clockConfirmed() === true)
    audit.critical('SettlementDoubted', { doubt: 'ClockAhead' })
  llcs.tellExecuted()
  await llcs.tellStation({ kind: 'time', at: deps.clock.now() })
  return 'success'
}

/** Whether the charger may go by this clock: nobody has said otherwise, or the network has agreed since. */
export const vouches = ({ clockAgrees = true }: Memory): boolean => clockAgrees
