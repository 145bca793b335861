import type { Instant, Millis } from './units.ts'

/** World time. Every actor takes its clock as an argument; none reads the system's. */
export interface Clock {
  now(): Instant
  /**
   * Runs `work` once, `delay` from now. Timers of one instant run in the order of their labels, so
   * that two runs of one world are alike.
   */
  after(delay: Millis, label: string, work: () => void | Promise<void>): Timer
}

export interface Timer {
  cancel(): void
}

/**
 * What is in flight. A stepped clock moves only while nothing is; a real one ignores it. Work is a
 * tree: a request waits for the requests made on its behalf, and a branch that waits for the clock
 * itself (`parked`) does not hold it still.
 */
export interface Activity {
  /** Something left this actor under `key` (a message id unique in the process); call when answered. */
  begin(key: string): () => void
  /** What left under `key` is dealt with: said by whom it came to, where nothing is answered. */
  end(key: string): void
  /** Runs `work` as the handling of what left under `key`. */
  within<Result>(key: string, work: () => Result): Result
  /** Runs `work`, which waits for world time to pass. */
  parked<Result>(work: () => Promise<Result>): Promise<Result>
}

/** For real time: nothing needs to be held. */
export const unobserved: Activity = {
  begin: () => () => {},
  end: () => {},
  within: (_key, work) => work(),
  parked: (work) => work(),
}
