import { instant, millis, plus, type Clock, type Instant, type Millis } from '@interlock/kernel'
import { createTimerQueue } from '../worlds/timer-queue.ts'

/** World time that moves when it is told to, for actors of which nobody follows what is in flight. */
export type SteppedClock = {
  /** The clock of one actor; its name makes the order of simultaneous timers repeatable. */
  clockFor(actor: string): Clock
  /** Runs what falls due on the way, one after the other. Rejects with the first error of one. */
  pass(duration: Millis): Promise<void>
}

export function steppedClock(start: Instant): SteppedClock {
  const timers = createTimerQueue()
  let world = start
  return {
    clockFor: (actor) => ({
      now: () => world,
      after: (delay, label, work) =>
        timers.add(plus(world, millis(Math.max(0, Math.ceil(delay)))), `${actor}/${label}`, work),
    }),
    async pass(duration) {
      const until = plus(world, duration)
      for (let due = timers.peek(); due !== undefined && due.at <= until; due = timers.peek()) {
        timers.pop()
        world = instant(Math.max(world, due.at))
        await due.work()
        // What it set going has its turn on the event loop before time moves on.
        await new Promise<void>((resolve) => setImmediate(resolve))
      }
      world = until
    },
  }
}
