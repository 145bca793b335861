import { systemClock } from '@interlock/host'
import type { Clock } from '@interlock/kernel'

/** Stands where a test's clock stands; its timers run by real time, and a test may bring them forward. */
export const pushedClock = (clock: Clock): Clock => ({
  now: () => clock.now(),
  after(delay, label, work) {
    const timers = [clock, systemClock].map((each) =>
      each.after(delay, label, () => {
        cancel()
        return work()
      }),
    )
    const cancel = (): void => {
      for (const timer of timers) timer.cancel()
    }
    return { cancel }
  },
})
