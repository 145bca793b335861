import { inMinutes, type Instant } from '@interlock/kernel'

/** Names that are told apart in one minute; what comes from more is too much. */
const namesMax = 10_000

/** Counts one more of `who` at `now`, and tells whether there have been more than `max` in a minute. */
export function minuteCounts(max: number): (who: string, now: Instant) => boolean {
  let counts = new Map<string, number>()
  let since = Number.NEGATIVE_INFINITY
  return (who, now) => {
    // A clock that is set back begins another minute.
    if (Math.abs(now - since) >= inMinutes(1)) [since, counts] = [now, new Map()]
    const count = (counts.get(who) ?? 0) + 1
    if (count > 1 || counts.size < namesMax) counts.set(who, count)
    else return true
    return count > max
  }
}
