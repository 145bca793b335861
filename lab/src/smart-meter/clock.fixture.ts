import { instant, type Clock, type Instant } from '@interlock/kernel'

/** Time that moves only when a test says so. */
export type TestClock = Clock & {
  /** Runs what falls due, in order of time and label, each before the next. */
  advance(byMillis: number): Promise<void>
}

export function testClock(start: Instant): TestClock {
  let now = start
  let timers: { at: Instant; label: string; work: () => void | Promise<void> }[] = []
  return {
    now: () => now,
    after(delay, label, work) {
      const timer = { at: instant(now + delay), label, work }
      timers.push(timer)
      return { cancel: () => (timers = timers.filter((each) => each !== timer)) }
    },
    async advance(byMillis) {
      const until = instant(now + byMillis)
      for (;;) {
        const [next] = timers
          .filter((timer) => timer.at <= until)
          .sort((a, b) => a.at - b.at || (a.label < b.label ? -1 : 1))
        if (next === undefined) break
        timers = timers.filter((timer) => timer !== next)
        now = instant(Math.max(now, next.at))
        await next.work()
      }
      now = until
    },
  }
}
