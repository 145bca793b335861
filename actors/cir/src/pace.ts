import type { Eui64, Instant } from '@interlock/kernel'

/** How many requests of each party are answered in a minute. */
export const requestsPerMinuteMax = 6_000

/** Whether a party may ask once more; those that may not are turned away and cost nothing. */
export function createPace(perMinuteMax = requestsPerMinuteMax) {
  const counts = new Map<Eui64, { minute: number; count: number }>()
  return (party: Eui64, now: Instant): boolean => {
    const minute = Math.floor(now / 60_000)
    const held = counts.get(party)
    const count = held?.minute === minute ? held.count + 1 : 1
    counts.set(party, { minute, count })
    return count <= perMinuteMax
  }
}
