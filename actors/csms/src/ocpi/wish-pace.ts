import { inSeconds, type Instant } from '@interlock/kernel'

/** One wish of a provider for one thing in so long: each is charged to the ledgers. */
const paceMillis = inSeconds(60)
const remembersMax = 10_000

/** Whether the last wish under that name was less than a minute before; one that was not is remembered. */
export function wishPace(): (name: string, now: Instant) => boolean {
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
