import { instant, type Instant } from '@interlock/kernel'
import { halfHourMillis, halfHourOf, type HalfHourPrice } from '@interlock/power'
import { rateAt } from './rate-at.ts'
import type { Tariff } from './tariff.ts'

/**
 * The prices of successive half-hours from the one that holds `from`, up to the first instant for
 * which there is none: what a plan is made on. Where the rate changes within a half-hour its mean
 * over time counts; of several blocks the first, since a plan does not know what else will be used.
 */
export function halfHourPrices(tariff: Tariff, from: Instant, until: Instant): HalfHourPrice[] {
  const prices: HalfHourPrice[] = []
  for (let start = halfHourOf(from); start < until; start += halfHourMillis) {
    const mean = meanPrice(tariff, start)
    if (mean === undefined) break
    prices.push({ from: instant(start), pencePerKilowattHour: mean })
  }
  return prices
}

function meanPrice(tariff: Tariff, start: number): number | undefined {
  const end = start + halfHourMillis
  let weighted = 0
  for (let at = start; at < end;) {
    const rate = rateAt(tariff, instant(at))
    const price = rate?.blocks[0]?.price
    if (rate === undefined || price === undefined) return undefined
    const until = Math.min(rate.until, end)
    weighted += price * (until - at)
    at = until
  }
  return Math.round(weighted / halfHourMillis) / 1_000_000
}
