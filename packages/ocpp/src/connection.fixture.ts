import { instant, millis, plus, type Activity, type Clock, type Timer } from '@interlock/kernel'
import type { Problem, Transport } from './transport.ts'

/** A clock that tests advance. */
export function manualClock(): Clock & { advance(by: number): void; pending(): number } {
  let now = instant(0)
  const timers = new Set<{ at: number; work: () => void | Promise<void> }>()
  return {
    now: () => now,
    after(delay, _label, work): Timer {
      const timer = { at: now + delay, work }
      timers.add(timer)
      return { cancel: () => timers.delete(timer) }
    },
    advance(by) {
      now = plus(now, millis(by))
      for (const timer of [...timers].sort((left, right) => left.at - right.at)) {
        if (timer.at <= now && timers.delete(timer)) void timer.work()
      }
    },
    pending: () => timers.size,
  }
}

export type TestTransport = Transport & {
  readonly sent: string[]
  receive(text: string): void
  /** Sent frames, parsed; the last one first. */
  last(): unknown[]
  readonly closedWith: { code: number; reason: string } | undefined
  bufferedBytes: number
}

/** One end whose other end is the test, or another transport. */
export function testTransport(): TestTransport & { joinTo(other: TestTransport): void } {
  let message = (_text: string): void => {}
  const closers: ((code: number, reason: string) => void)[] = []
  let other: TestTransport | undefined
  let closedWith: { code: number; reason: string } | undefined
  const sent: string[] = []
  return {
    sent,
    bufferedBytes: 0,
    get closedWith() {
      return closedWith
    },
    send(text) {
      sent.push(text)
      if (other !== undefined) queueMicrotask(() => other?.receive(text))
    },
    onMessage: (listener) => (message = listener),
    onClose: (listener) => closers.push(listener),
    close(code, reason) {
      if (closedWith !== undefined) return
      closedWith = { code, reason }
      for (const closer of closers) closer(code, reason)
      other?.close(code, reason)
    },
    receive: (text) => message(text),
    last: () => JSON.parse(sent.at(-1) ?? '[]') as unknown[],
    joinTo: (peer) => (other = peer),
  }
}

/** Counts what is in flight and notes what was handled within which key. */
export function recordedActivity(): Activity & { inFlight: Set<string>; handled: string[] } {
  const inFlight = new Set<string>()
  const handled: string[] = []
  return {
    inFlight,
    handled,
    begin(key) {
      if (inFlight.has(key)) throw new Error(`${key} has begun already`)
      inFlight.add(key)
      return () => inFlight.delete(key)
    },
    end: (key) => void inFlight.delete(key),
    within(key, work) {
      handled.push(key)
      return work()
    },
    parked: (work) => work(),
  }
}

export const problemList = (): { list: Problem[]; note: (problem: Problem) => void } => {
  const list: Problem[] = []
  return { list, note: (problem) => list.push(problem) }
}

/** Long enough for everything in memory to settle. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
