import { Fault, type Clock } from '@interlock/kernel'
import type { Log } from './log.ts'

/**
 * A clock whose timers end nothing but themselves: work that throws, or whose promise is rejected, is told
 * to the log, and the process on which others depend lives on. Whoever must be tried again says so.
 */
export const guardedClock = (clock: Clock, log: Log): Clock => ({
  now: () => clock.now(),
  after: (delay, label, work) =>
    clock.after(delay, label, async () => {
      try {
        await work()
      } catch (error) {
        const level = error instanceof Fault ? 'warn' : 'error'
        log[level]({ label, error }, 'the work of a timer failed')
      }
    }),
})
