import type { Clock } from '@interlock/kernel'

/** Counts failures per key in a sliding window; a key with too many is blocked until one leaves it. */
export interface Throttle {
  /** Seconds until the key may try again; 0 when it may. */
  waitSeconds(key: string): number
  fail(key: string): void
  /** Takes back the last failure: it was none. */
  forgive(key: string): void
  clear(key: string): void
}

export function createThrottle(options: {
  wall: Clock
  failuresMax: number
  windowMillis: number
  keysMax?: number
}): Throttle {
  const { wall, failuresMax, windowMillis, keysMax = 10_000 } = options
  const failures = new Map<string, number[]>()
  const recent = (key: string): number[] =>
    (failures.get(key) ?? []).filter((at) => wall.now() - at < windowMillis)
  return {
    waitSeconds: (key) => {
      const times = recent(key)
      const first = times[times.length - failuresMax]
      return first === undefined ? 0 : Math.ceil((first + windowMillis - wall.now()) / 1000)
    },
    fail: (key) => {
      const times = [...recent(key), wall.now()]
      // Re-inserted, so that the first key of the map is the one that failed longest ago.
      failures.delete(key)
      failures.set(key, times.slice(-failuresMax))
      const oldest = failures.size > keysMax ? failures.keys().next().value : undefined
      if (oldest !== undefined) failures.delete(oldest)
    },
    forgive: (key) => void failures.get(key)?.pop(),
    clear: (key) => void failures.delete(key),
  }
}
