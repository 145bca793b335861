import { inHours, type Instant } from '@interlock/kernel'

/** How often something may happen in any hour. */
export type Rate = {
  /** Counts one more; false when that is too many. */
  take(key: string, now: Instant): boolean
}

const span = inHours(1)

export function hourlyRate(max: number): Rate {
  const taken = new Map<string, Instant[]>()
  let sweptAt = -Infinity
  const sweep = (now: Instant): void => {
    if (now - sweptAt < span) return
    sweptAt = now
    for (const [key, times] of taken) if (times.every((at) => now - at >= span)) taken.delete(key)
  }
  return {
    take(key, now) {
      sweep(now)
      const recent = (taken.get(key) ?? []).filter((at) => now - at < span)
      if (recent.length >= max) return false
      taken.set(key, [...recent, now])
      return true
    },
  }
}
