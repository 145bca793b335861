import type { Entropy } from '@interlock/kernel'

/** The three variables that say how long to wait (Part 4 §5.3). */
export type BackOff = {
  readonly waitMinimumSeconds: number
  readonly repeatTimes: number
  readonly randomRangeSeconds: number
}

/**
 * The wait before the next attempt, when there have been `waits` in vain since the last connection.
 * It doubles as often as the variable says and then stays; the random part keeps a fleet from coming
 * back all at once.
 */
export function backOffSeconds(waits: number, of: BackOff, entropy: Entropy): number {
  const doublings = Math.min(waits, of.repeatTimes)
  return of.waitMinimumSeconds * 2 ** doublings + entropy.below(of.randomRangeSeconds + 1)
}
