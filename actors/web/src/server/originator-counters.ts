import type { Clock, Eui64 } from '@interlock/kernel'
import type { Journal } from '@interlock/store'
import { record } from './street.ts'

/** Counters of the owners' keys: each is used once, whatever happens in between. */
export interface OriginatorCounters {
  /** @throws Fault when the counter could not be made durable; it is then not given out. */
  next(originator: Eui64): bigint
}

/**
 * Milliseconds since 1970, or one more than the last: a lost journal alone repeats no counter, and a
 * clock that was set back repeats none either.
 */
export function openOriginatorCounters(journal: Journal, clock: Clock): OriginatorCounters {
  const last = new Map<string, bigint>()
  for (const entry of journal.entries()) {
    const { originator, counter } = record(entry)
    if (typeof originator === 'string' && typeof counter === 'string')
      last.set(originator, BigInt(counter))
  }
  const compact = (): void =>
    journal.rewrite(
      [...last].map(([originator, counter]) => ({ originator, counter: `${counter}` })),
    )
  return {
    next: (originator) => {
      const previous = last.get(originator) ?? 0n
      const now = BigInt(Math.max(0, Math.floor(clock.now())))
      const counter = now > previous ? now : previous + 1n
      journal.append({ originator, counter: `${counter}` })
      last.set(originator, counter)
      if (journal.isLong) compact()
      return counter
    },
  }
}
