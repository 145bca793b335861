import type { Branded } from '@interlock/kernel'

/** A price in millionths of a penny, whole: per kilowatt-hour, or per day for a standing charge. */
export type Micropence = Branded<number, 'Micropence'>
/**
 * A cost in thousand-millionths of a penny: what a whole number of watt-hours costs at a price in
 * micropence per kilowatt-hour is a whole number of these, so sums are exact.
 */
export type Nanopence = Branded<bigint, 'Nanopence'>

export const nanopence = (value: bigint): Nanopence => value as Nanopence

const nanoPerPenny = 1_000_000_000n
const decimalsMax = 6

/**
 * The price that a JSON number of pence says in decimal; `undefined` with more than six decimals. By
 * its digits, because most decimals have no exact binary number.
 */
export function micropenceOf(pence: number): Micropence | undefined {
  const [, sign, whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(pence)) ?? []
  if (whole === '' || fraction.length > decimalsMax) return undefined
  const size = Number(whole + fraction.padEnd(decimalsMax, '0'))
  return Number.isSafeInteger(size) ? ((sign === '-' ? 0 - size : size) as Micropence) : undefined
}

export const energyCost = (price: Micropence, wattHours: number): bigint =>
  BigInt(price) * BigInt(wattHours)
export const dayCost = (price: Micropence): bigint => BigInt(price) * 1_000n

/** Whole pence, half a penny away from zero: the only rounding there is, once, at the end. */
export function wholePence(cost: Nanopence): bigint {
  const half = cost < 0n ? -nanoPerPenny / 2n : nanoPerPenny / 2n
  return (cost + half) / nanoPerPenny
}

/** Pence in decimal with every digit, for people and JSON. */
export function penceText(cost: Nanopence): string {
  const size = cost < 0n ? 0n - cost : cost
  const fraction = (size % nanoPerPenny).toString().padStart(9, '0').replace(/0+$/, '')
  const whole = `${cost < 0n ? '-' : ''}${size / nanoPerPenny}`
  return fraction === '' ? whole : `${whole}.${fraction}`
}
