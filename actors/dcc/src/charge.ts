import { limits, type Arm, type Reservation } from '@interlock/contract'
import type { Eui64 } from '@interlock/kernel'

/** Whose figure an arm counts against: a supplier's against all that its organisation may move. */
const kinds = {
  onDemand: 'consumer',
  response: 'response',
  supplied: 'response',
} as const satisfies Record<Arm['use'], Reservation['kind']>

/**
 * What an arm costs. Its level is a ceiling from zero and nobody here knows the load before it, so the
 * largest swing is the whole rating (and for export, from full import to the level fed in), once for
 * the change and once for the return, anywhere in the window. A response is restored after a random
 * delay, which may lie beyond the window; under a supplier's arm the change has one too.
 */
export function chargeOf(
  arm: Arm,
  ratingWatts: number,
  account: { readonly organisation: Eui64; readonly region: string },
): Reservation {
  const fed = arm.direction === 'export' ? arm.levelPercent / 100 : 0
  const swingWatts = Math.ceil(ratingWatts * (1 + fed))
  const delayMillis = arm.use === 'onDemand' ? 0 : limits.randomDelaySecondsMax * 1000
  const changeUntil = arm.use === 'supplied' ? arm.until + delayMillis : arm.until
  return {
    id: arm.digest,
    organisation: account.organisation,
    region: account.region,
    kind: kinds[arm.use],
    edges: [
      { from: arm.from, until: changeUntil, swingWatts },
      { from: arm.from, until: arm.until + delayMillis, swingWatts },
    ],
  }
}
