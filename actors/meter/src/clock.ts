import { limits } from '@interlock/contract'
import { isExecutable, isTrueAt, type Answer, type CommandOf } from '@interlock/gbcs'
import { millis } from '@interlock/kernel'
import type { MeterParts } from './commands.ts'

/**
 * The time as the supplier signed it and the data company let it pass (ECS70), by the rule of the LLCS: this clock
 * is not set by it. One that is outside is on the record, and nothing that has a date comes by it until the
 * network agrees again.
 */
export function takeTime(
  command: CommandOf<'ECS70'>,
  { memory, clock, audit, log }: Pick<MeterParts, 'memory' | 'clock' | 'audit' | 'log'>,
): Answer {
  if (!isExecutable(command)) return { result: 'otherReason' }
  const { from, until } = command
  const now = clock.now()
  const agrees = isTrueAt(command, now, millis(limits.linkMessageLifetimeMillis))
  if (memory.clockAgrees() !== agrees) memory.sayClock(agrees)
  if (agrees) {
    audit.record('ClockConfirmed', { from, until })
    return { result: 'success' }
  }
  audit.critical('ClockDisagreement', { from, until, now })
  log.warn({ from, until, now }, 'the network has another time')
  return { result: 'otherReason' }
}
