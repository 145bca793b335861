import { systemClock } from '@interlock/host'
import { millis } from '@interlock/kernel'
import { NotApplicable } from '../steps.ts'
import type { LeapingClock } from './leaping-clock.ts'

/** Nobody waits longer than this for what a clock that cannot be moved would show. */
export const waitMillisMax = 10 * 60_000

/** Real time: what another clock leaps over is waited for here. */
export const waitingClock = (): LeapingClock => ({
  now: () => systemClock.now(),
  after: (delay, label, work) => systemClock.after(delay, label, work),
  async leap(byMillis) {
    if (byMillis > waitMillisMax)
      throw new NotApplicable(`a station whose time can be moved on by ${byMillis / 1000} s`)
    await new Promise<void>((resolve) => {
      systemClock.after(millis(byMillis), 'conformance/wait', () => resolve())
    })
  },
})
