import { limits } from '@interlock/contract'
import type { Instant } from '@interlock/kernel'

/** Where time comes from: the CSMS over OCPP, the smart-meter system through the LLCS. */
export type TimeSource = 'csms' | 'llcs'

/**
 * The charger's clock is never stepped by one source. Each is compared with the clock; with an LLCS
 * in the home critical commands wait until both have been seen and agree. From then on one that
 * comes to disagree changes nothing by itself: whoever lies about the time would else decide that
 * nobody is heard. When all disagree, it is the clock that is wrong.
 */
export type TimeTrust = {
  readonly needs: readonly TimeSource[]
  /** Since the cold boot, at least once. */
  readonly confirmed: readonly TimeSource[]
  /** Of those heard, what each said last. */
  readonly agrees: Readonly<Partial<Record<TimeSource, boolean>>>
}

/** How far a source may be off. An LLCS that is off by more could not arm the charger. */
const toleranceMillis: Readonly<Record<TimeSource, number>> = {
  csms: limits.clockSkewMillisMax,
  llcs: limits.linkMessageLifetimeMillis,
}

export const noTimeYet = (hasLlcs: boolean): TimeTrust => ({
  needs: hasLlcs ? ['csms', 'llcs'] : ['csms'],
  confirmed: [],
  agrees: {},
})

export type TimeHeard = { readonly trust: TimeTrust; readonly disagrees: boolean }

/** `heard` is what the source says the time is; beyond the tolerance it disagrees. */
export function hear(
  trust: TimeTrust,
  source: TimeSource,
  heard: Instant,
  now: Instant,
): TimeHeard {
  const agrees = Math.abs(heard - now) <= toleranceMillis[source]
  const fresh = agrees && !trust.confirmed.includes(source)
  return {
    trust: {
      ...trust,
      confirmed: fresh ? [...trust.confirmed, source] : trust.confirmed,
      agrees: { ...trust.agrees, [source]: agrees },
    },
    disagrees: !agrees,
  }
}

export const isTrusted = ({ needs, confirmed, agrees }: TimeTrust): boolean =>
  needs.every((source) => confirmed.includes(source)) &&
  needs.some((source) => agrees[source] === true)
