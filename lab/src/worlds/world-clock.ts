import { AsyncLocalStorage } from 'node:async_hooks'
import {
  instant,
  millis,
  plus,
  type Activity,
  type Clock,
  type Instant,
  type Millis,
  type Timer,
} from '@interlock/kernel'
import { createInFlight } from './in-flight.ts'
import { createTimerQueue, type Due } from './timer-queue.ts'

/**
 * World time for many actors in one process. It moves only while nothing is in flight, one timer at
 * a time in the order of instant and label, so that a run depends on its seed and not on how fast
 * the machine happens to be. At speed 1 it is plain real time, shifted to the world's calendar.
 */
export type WorldClock = {
  /** The clock of one actor; its name makes the order of simultaneous timers repeatable. */
  clockFor(actor: string): Clock
  readonly activity: Activity
  now(): Instant
  /** Lets time pass until `until`. Rejects with the first error a timer threw. */
  run(until: Instant, speed: Speed): Promise<void>
  /** Resolves when nothing is in flight. */
  quiet(): Promise<void>
  stop(): void
}

/** World seconds per wall second; `stepped` is as fast as the work allows. */
export type Speed = number | 'stepped'

/** How often a paced clock looks for timers that were set from outside while it slept. */
const sliceMillis = 20

export function createWorldClock(
  start: Instant,
  wallMillis: () => number = () => performance.now(),
): WorldClock {
  const inFlight = createInFlight(new AsyncLocalStorage())
  const timers = createTimerQueue()
  let world: Instant = start
  /** While a run is paced: where world and wall stood when it began. */
  let pace: { speed: number; world: number; wall: number } | undefined
  let stopped = false
  let failure: { error: unknown } | undefined

  const reached = (): number =>
    pace === undefined
      ? Number.POSITIVE_INFINITY
      : Math.floor(pace.world + (wallMillis() - pace.wall) * pace.speed)
  const now = (): Instant => (pace?.speed === 1 ? instant(Math.max(world, reached())) : world)

  const fire = (due: Due): void => {
    const settled = inFlight.root(async () => due.work())
    settled.catch((error: unknown) => (failure ??= { error }))
  }

  async function run(until: Instant, speed: Speed): Promise<void> {
    pace = speed === 'stepped' ? undefined : { speed, world, wall: wallMillis() }
    try {
      while (!stopped && world < until) await step(until, speed)
    } finally {
      world = now()
      pace = undefined
    }
  }

  async function step(until: Instant, speed: Speed): Promise<void> {
    if (speed !== 1) await inFlight.quiet()
    if (failure !== undefined) throw failure.error
    const next = timers.peek()
    const target = next === undefined || next.at > until ? until : next.at
    const allowed = reached()
    world = instant(Math.max(world, Math.min(target, allowed)))
    if (allowed < target)
      return pause(Math.min(sliceMillis, (target - allowed) / (pace?.speed ?? 1)))
    if (next === undefined || next.at > until) return
    timers.pop()
    fire(next)
  }

  const clockFor = (actor: string): Clock => ({
    now,
    after: (delay: Millis, label: string, work): Timer =>
      timers.add(plus(now(), millis(Math.max(0, Math.ceil(delay)))), `${actor}/${label}`, work),
  })

  return {
    clockFor,
    activity: inFlight.activity,
    now,
    run,
    quiet: () => inFlight.quiet(),
    stop: () => {
      stopped = true
    },
  }
}

const pause = (wall: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, Math.max(1, wall))
  })
