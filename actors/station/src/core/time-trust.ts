import { limits } from '@interlock/contract'
import type { Instant } from '@interlock/kernel'

/** Where time comes from: the CSMS over OCPP, the smart-meter system through the LLCS. */
export type TimeSource = 'csms' | 'llcs'

/**
 * The charger's clock is never stepped by one source. Each is compared with the clock; with an LLCS
 * in the home critical commands wait until both have been seen and agree.
 */
export type TimeTrust = {
  readonly needs: readonly TimeSource[]
  readonly agreed: Readonly<Partial<Record<TimeSource, boolean>>>
}

export const noTimeYet = (hasLlcs: boolean): TimeTrust => ({
  needs: hasLlcs ? ['csms', 'llcs'] : ['csms'],
  agreed: {},
})

export type TimeHeard = { readonly trust: TimeTrust; readonly disagrees: boolean }

/** `heard` is what the source says the time is; beyond the tolerance it disagrees. */
export function hear(
  trust: TimeTrust,
  source: TimeSource,
  heard: Instant,
  now: Instant,
): TimeHeard {
  const agrees = Math.abs(heard - now) <= limits.clockSkewMillisMax
  return {
    trust: { ...trust, agreed: { ...trust.agreed, [source]: agrees } },
    disagrees: !agrees,
  }
}

export const isTrusted = (trust: TimeTrust): boolean =>
  trust.needs.every((source) => trust.agreed[source] === true)
