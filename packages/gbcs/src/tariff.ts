import { instant, readU64, toIso, u64, type Instant } from '@interlock/kernel'
import { constant, type Layout } from './layout.ts'
import { tariffVersion } from './tariff-document.ts'

/**
 * A half-hourly tariff. **Not GBCS**: the standard's tariff tables hold 48 named prices and a switching
 * calendar, which cannot say a different price every half-hour of every day. The message code and
 * layout are ours; signature, MAC, counter and addressing are the standard's.
 */
export type HalfHourlyTariff = {
  /** Rises with every change; a meter refuses an older one. */
  readonly version: number
  /** Start of the first half-hour. */
  readonly from: Instant
  /** Prices of successive half-hours, in thousandths of a penny per kilowatt-hour; may be negative. */
  readonly prices: readonly number[]
}

/** Thirty-one days. */
export const tariffPricesMax = 1_488
export const halfHourMillis = 30 * 60_000
/** £100 per kWh, in thousandths of a penny. */
export const tariffPriceMax = 10_000_000

const isStart = (from: Instant): boolean =>
  Number.isInteger(from / halfHourMillis) && from >= 0 && from < Date.UTC(2100, 0, 1)
const arePrices = (prices: readonly number[]): boolean =>
  prices.length >= 1 &&
  prices.length <= tariffPricesMax &&
  prices.every((price) => Number.isInteger(price) && Math.abs(price) <= tariffPriceMax)

export function isHalfHourlyTariff({ version, from, prices }: HalfHourlyTariff): boolean {
  const isVersion = Number.isInteger(version) && version >= 0 && version <= 0xffff_ffff
  return isVersion && isStart(from) && arePrices(prices)
}

/** `F1 | version u32 | from u64 (seconds since 1970) | count u16 | price i32 …` */
export const tariffLayout: Layout<HalfHourlyTariff> = [
  { ...constant('half-hourly tariff', 0xf1), say: () => 'ours, not GBCS' },
  tariffVersion,
  {
    name: 'start of the first half-hour',
    bytes: 8,
    write: ({ from }) => u64(BigInt(from / 1000)),
    read(bytes) {
      const from = instant(Number(readU64(bytes)) * 1000)
      return isStart(from) ? { from } : undefined
    },
    say: ({ from }) => toIso(from),
  },
  {
    name: 'number of prices',
    bytes: 2,
    write: ({ prices }) => Uint8Array.of(prices.length >> 8, prices.length & 0xff),
    say: ({ prices }) => `${prices.length}`,
  },
  {
    name: 'prices',
    bytes: (rest) => rest.length,
    write({ prices }) {
      const body = new Uint8Array(4 * prices.length)
      prices.forEach((price, index) => viewOf(body).setInt32(4 * index, price))
      return body
    },
    read(bytes) {
      if (bytes.length % 4 !== 0 || bytes.length > 4 * tariffPricesMax) return undefined
      const view = viewOf(bytes)
      const prices = Array.from({ length: bytes.length / 4 }, (_, at) => view.getInt32(4 * at))
      return arePrices(prices) ? { prices } : undefined
    },
    say: ({ prices }) => `${prices.join(' ')} thousandths of a penny per kWh`,
  },
]

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
