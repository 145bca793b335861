import { assert, concat, instant, readU64, sameBytes, u64, type Instant } from '@interlock/kernel'

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

const tag = 0xf1
const headBytes = 15

export function isHalfHourlyTariff(value: HalfHourlyTariff): boolean {
  const { version, from, prices } = value
  return (
    Number.isInteger(version) &&
    version >= 0 &&
    version <= 0xffff_ffff &&
    Number.isInteger(from / halfHourMillis) &&
    from >= 0 &&
    from < Date.UTC(2100, 0, 1) &&
    prices.length >= 1 &&
    prices.length <= tariffPricesMax &&
    prices.every((price) => Number.isInteger(price) && Math.abs(price) <= tariffPriceMax)
  )
}

/** `F1 | version u32 | from u64 (seconds since 1970) | count u16 | price i32 …` */
export function encodeTariff(value: HalfHourlyTariff): Uint8Array {
  assert(isHalfHourlyTariff(value), 'a half-hourly tariff within its limits')
  const body = new Uint8Array(4 * value.prices.length)
  const view = new DataView(body.buffer)
  value.prices.forEach((price, index) => view.setInt32(4 * index, price))
  const head = new Uint8Array(5)
  head[0] = tag
  new DataView(head.buffer).setUint32(1, value.version)
  const count = value.prices.length
  return concat(head, u64(BigInt(value.from / 1000)), Uint8Array.of(count >> 8, count & 0xff), body)
}

export function decodeTariff(content: Uint8Array): HalfHourlyTariff | undefined {
  if (content.length < headBytes + 4 || content.length > headBytes + 4 * tariffPricesMax)
    return undefined
  if (content[0] !== tag || (content.length - headBytes) % 4 !== 0) return undefined
  const view = new DataView(content.buffer, content.byteOffset, content.length)
  const value: HalfHourlyTariff = {
    version: view.getUint32(1),
    from: instant(Number(readU64(content, 5)) * 1000),
    prices: Array.from({ length: (content.length - headBytes) / 4 }, (_, index) =>
      view.getInt32(headBytes + 4 * index),
    ),
  }
  if (!isHalfHourlyTariff(value)) return undefined
  return sameBytes(encodeTariff(value), content) ? value : undefined
}
