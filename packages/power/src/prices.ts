import type { Instant } from '@interlock/kernel'

/** The price of one half-hour; negative when taking energy is paid for. */
export type HalfHourPrice = { readonly from: Instant; readonly pencePerKilowattHour: number }

export const halfHourMillis = 30 * 60_000

export const halfHourOf = (at: number): number => Math.floor(at / halfHourMillis) * halfHourMillis

export type PricesProblem = 'PriceOffGrid' | 'PricesUnordered' | 'PriceInvalid'

/** What is wrong with a list of prices; `undefined` when nothing is. Gaps are allowed. */
export function pricesProblem(prices: readonly HalfHourPrice[]): PricesProblem | undefined {
  for (const [at, price] of prices.entries()) {
    if (price.from % halfHourMillis !== 0) return 'PriceOffGrid'
    if (!Number.isFinite(price.pencePerKilowattHour)) return 'PriceInvalid'
    const before = prices[at - 1]
    if (before !== undefined && before.from >= price.from) return 'PricesUnordered'
  }
  return undefined
}

/** Pence per kilowatt-hour at that instant; `undefined` where no price is known. */
export const priceAt = (prices: readonly HalfHourPrice[], at: Instant): number | undefined =>
  prices.find((price) => price.from === halfHourOf(at))?.pencePerKilowattHour
