import { inMinutes, type Instant } from '@interlock/kernel'

export const attemptLimits = {
  /** Attempts of one identity from one address that were not good. */
  perIdentityMax: 10,
  /** Refusals of one address, whatever identities it tries, that are told of. */
  toldPerAddressMax: 200,
  spanMillis: inMinutes(1),
  remembersMax: 20_000,
} as const

/**
 * Counts attempts that were not good. One that guesses is turned away for a while; the station itself,
 * which comes from another address, is not, nor are its neighbours, which come from the same.
 */
export type Attempts = {
  /**
   * Counts one more, as refused until it turns out otherwise: a hundred that come at once shall not
   * all be looked at before the first has failed. `undefined` when there have been too many.
   */
  begin(id: string, address: string, now: Instant): Attempt | undefined
}
export type Attempt = {
  /** It was good, or nobody could judge it: it does not count. */
  uncount(): void
  /**
   * It was refused. False when its address has been refused so often that nobody shall be told: a
   * stranger fills no audit trail.
   */
  refused(): boolean
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
  const takeBack = (name: string): void => {
    const known = counts.get(name)
    if (known === undefined) return
    if (known.count <= 1) counts.delete(name)
    else counts.set(name, { ...known, count: known.count - 1 })
  }
  return {
    begin(id, address, now) {
      // No identity has a space in it.
      const name = `${address} ${id}`
      if (countOf(name, now) >= limits.perIdentityMax) return undefined
      add(name, now)
      return {
        uncount: () => takeBack(name),
        refused() {
          const told = countOf(address, now) < limits.toldPerAddressMax
          if (told) add(address, now)
          return told
        },
      }
    },
  }
}
