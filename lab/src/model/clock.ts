import { instant, type Clock, type Instant, type Timer } from '@interlock/kernel'
import { createTimerQueue } from '../worlds/timer-queue.ts'

/** One start of an actor. What a dead one set in motion does not happen. */
export type Life = { alive: boolean }

/** Time that moves only when the explorer says so, and only after everything before has settled. */
export type ModelClock = {
  now(): Instant
  /** An actor's own clock, ahead of the world's by `skewMillis`. */
  clockFor(life: Life, skewMillis: number): Clock
  /** Resolves when nothing happens any more without time, or a message, moving. */
  settle(): Promise<void>
  advance(byMillis: number): Promise<void>
  /** Tries every lost connection again. */
  retry(): Promise<void>
  /** What is to come: label and instant of each timer that bears on the protocol. */
  due(): readonly string[]
}

/** A connection that is tried again: at once when it may succeed, never else. */
const isRetry = (label: string): boolean => /\/(csms|llcs|han)$/.test(label)
/** Timers that change nothing that the model looks at. */
const isIdle = (label: string): boolean =>
  /heartbeat|witness|meter|^time$|\/start$|-status$/.test(label)

type Work = () => void | Promise<void>

export function createModelClock(start: Instant): ModelClock {
  const queue = createTimerQueue()
  const pending = new Set<{ readonly label: string; readonly at: Instant; readonly life: Life }>()
  const retries = new Map<string, { readonly life: Life; readonly work: Work }>()
  let now = start
  let failure: { readonly error: unknown } | undefined

  const fire = (life: Life, work: Work): void => {
    if (!life.alive) return
    const done = async (): Promise<void> => work()
    done().catch((error: unknown) => (failure ??= { error }))
  }
  const settle = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve))
    if (failure !== undefined) throw failure.error
  }
  const add = (life: Life, label: string, delay: number, work: Work): Timer => {
    const entry = { label, life, at: instant(now + Math.max(0, Math.ceil(delay))) }
    pending.add(entry)
    const timer = queue.add(entry.at, label, () => {
      pending.delete(entry)
      fire(life, work)
    })
    return {
      cancel() {
        pending.delete(entry)
        timer.cancel()
      },
    }
  }

  return {
    now: () => now,
    clockFor: (life, skewMillis) => ({
      now: () => instant(now + skewMillis),
      after(delay, label, work) {
        if (!isRetry(label)) return add(life, label, delay, work)
        const entry = { life, work }
        retries.set(label, entry)
        return {
          cancel() {
            if (retries.get(label) === entry) retries.delete(label)
          },
        }
      },
    }),
    settle,
    async advance(byMillis) {
      const until = instant(now + byMillis)
      for (let next = queue.peek(); next !== undefined && next.at <= until; next = queue.peek()) {
        queue.pop()
        now = instant(Math.max(now, next.at))
        void next.work()
        await settle()
      }
      now = until
    },
    async retry() {
      const waiting = [...retries.values()]
      retries.clear()
      for (const { life, work } of waiting) fire(life, work)
      if (waiting.length > 0) await settle()
    },
    due: () =>
      [...pending]
        .filter(({ label, life }) => life.alive && !isIdle(label))
        .map(({ label, at }) => `${label.replace(/\d+$/, '')}@${at - start}`)
        .sort(),
  }
}
