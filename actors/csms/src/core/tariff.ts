import { ok, refused, type Instant, type Outcome } from '@interlock/kernel'
import type { HalfHourPrice } from '@interlock/power'

/** A supplier's tariff as verified; what plans are made on. */
export type Tariff = {
  readonly meter: string
  readonly version: number
  readonly prices: readonly HalfHourPrice[]
  readonly readAt: Instant
}

export type TariffProblem =
  /** Nothing came back, or what came back is not a tariff. */
  | 'TariffUnreadable'
  /** Not signed by the pinned supplier. */
  | 'TariffForged'
  /** Older than what is held: a replay. */
  | 'TariffOlder'
  /** No price from now on. */
  | 'TariffStale'
  /** Signed for another meter. */
  | 'TariffElsewhere'

/** The last good tariff is kept whatever comes; only a newer one, with prices ahead, replaces it. */
export function acceptTariff(
  held: Tariff | undefined,
  offered: Tariff,
  now: Instant,
): Outcome<Tariff, TariffProblem> {
  if (held !== undefined && offered.version < held.version)
    return refused('TariffOlder', `version ${offered.version}, held ${held.version}`)
  const last = offered.prices.at(-1)
  if (last === undefined || last.from + 30 * 60_000 <= now) return refused('TariffStale')
  return ok(offered)
}

export const isNewer = (held: Tariff | undefined, offered: Tariff): boolean =>
  held === undefined || offered.version > held.version
