import type { Instant } from '@interlock/kernel'

export type PaceLimits = { readonly burst: number; readonly perSecond: number }
const clientsMax = 20_000

/** A bucket of tokens for each client: whoever publishes faster is told to wait, and nobody else is. */
export function createPace({ burst, perSecond }: PaceLimits) {
  const buckets = new Map<string, { credit: number; at: Instant }>()
  return {
    /** False when the client has published more than it may; nothing is taken off then. */
    take(client: string, count: number, now: Instant): boolean {
      const known = buckets.get(client) ?? { credit: burst, at: now }
      const passed = Math.max(0, now - known.at) / 1_000
      const credit = Math.min(burst, known.credit + passed * perSecond)
      const isEnough = credit >= Math.min(count, burst)
      buckets.delete(client)
      buckets.set(client, { credit: isEnough ? credit - count : credit, at: now })
      for (const oldest of buckets.keys()) {
        if (buckets.size <= clientsMax) break
        buckets.delete(oldest)
      }
      return isEnough
    },
  }
}
