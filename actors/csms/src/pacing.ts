import type { Instant } from '@interlock/kernel'

const remembersMax = 10_000

/** Whether the last time under that name was less than `paceMillis` before; one that was not is remembered. */
export function pacing(paceMillis: number): (name: string, now: Instant) => boolean {
  const last = new Map<string, Instant>()
  return (name, now) => {
    const before = last.get(name)
    if (before !== undefined && Math.abs(now - before) < paceMillis) return true
    last.delete(name)
    last.set(name, now)
    for (const oldest of last.keys()) {
      if (last.size <= remembersMax) break
      last.delete(oldest)
    }
    return false
  }
}
