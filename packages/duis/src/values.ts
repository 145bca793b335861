import { fromIso, parseEui64, toIso, type Eui64, type Instant } from '@interlock/kernel'

/** `RequestID`: originator, target and counter, joined by `:`. */
export type RequestId = {
  readonly originator: Eui64
  readonly target: Eui64
  readonly counter: bigint
}

export const formatRequestId = (id: RequestId): string =>
  `${id.originator}:${id.target}:${id.counter}`

export function parseRequestId(text: string): RequestId | undefined {
  const [from, to, count, ...rest] = text.split(':')
  const originator = parseEui64(from ?? '')
  const target = parseEui64(to ?? '')
  const counter = parseCounter(count ?? '')
  if (originator === undefined || target === undefined || counter === undefined) return undefined
  return rest.length === 0 ? { originator, target, counter } : undefined
}

/** A 64-bit counter, decimal, without leading zeros. */
function parseCounter(text: string): bigint | undefined {
  if (!/^(0|[1-9]\d{0,19})$/.test(text)) return undefined
  const value = BigInt(text)
  return value < 1n << 64n ? value : undefined
}

/** A date-time in UTC with whole seconds, as GBCS can carry it. */
export function parseDateTime(text: string): Instant | undefined {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.0{1,3})?Z$/.test(text) ? fromIso(text) : undefined
}

/** @throws RangeError unless `at` is a whole second: GBCS cannot carry less. */
export function formatDateTime(at: Instant): string {
  if (!Number.isInteger(at / 1000)) throw new RangeError('a date-time here is a whole second')
  return toIso(at).replace('.000Z', '.00Z')
}

/** A whole decimal number without leading zeros, within limits. */
export function parseWhole(text: string, low: number, high: number): number | undefined {
  if (!/^(0|-?[1-9]\d{0,15})$/.test(text)) return undefined
  const value = Number(text)
  return value >= low && value <= high ? value : undefined
}
