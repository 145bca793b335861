import { inMinutes, type Instant } from '@interlock/kernel'

export const attemptLimits = {
  /** Refusals of one identity from one address. */
  perIdentityMax: 10,
  /** Refusals of one address, whatever identities it tries. */
  perAddressMax: 200,
  spanMillis: inMinutes(1),
  remembersMax: 20_000,
} as const

/**
 * Counts refused attempts. An address that guesses is turned away for a while; the station itself,
 * which comes from another, is not.
 */
export type Attempts = {
  tooMany(id: string, address: string, now: Instant): boolean
  refused(id: string, address: string, now: Instant): void
}

export function createAttempts(limits = attemptLimits): Attempts {
  const counts = new Map<string, { count: number; since: Instant }>()
  const countOf = (name: string, now: Instant): number => {
    const known = counts.get(name)
    return known !== undefined && now - known.since < limits.spanMillis ? known.count : 0
  }
  const add = (name: string, now: Instant): void => {
    const count = countOf(name, now)
    const since = count === 0 ? now : (counts.get(name)?.since ?? now)
    counts.delete(name)
    counts.set(name, { count: count + 1, since })
    for (const oldest of counts.keys()) {
      if (counts.size <= limits.remembersMax) break
      counts.delete(oldest)
    }
  }
  return {
    tooMany: (id, address, now) =>
      countOf(`${address} ${id}`, now) >= limits.perIdentityMax ||
      countOf(address, now) >= limits.perAddressMax,
    refused(id, address, now) {
      add(`${address} ${id}`, now)
      add(address, now)
    },
  }
}
