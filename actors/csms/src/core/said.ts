import { instant, type Instant } from '@interlock/kernel'

/** What an event of that number and that time says. */
export type Said<Value> = {
  readonly seqNo: number
  readonly at: Instant
  readonly value: Value
}

/** The one of two that a fold keeps; what is not told has no part in it. */
export function folded<Each extends number | Said<unknown>>(
  fold: 'least' | 'greatest',
  one: Each | undefined,
  other: Each | undefined,
): Each | undefined {
  if (one === undefined || other === undefined) return one ?? other
  const order = compare(one, other)
  return (fold === 'least' ? order <= 0 : order >= 0) ? one : other
}

/** By number; of one number by time; of one time by what is said, for then all orders are as good. */
function compare(one: number | Said<unknown>, other: number | Said<unknown>): number {
  if (typeof one === 'number' || typeof other === 'number') return Number(one) - Number(other)
  const order = one.seqNo - other.seqNo || one.at - other.at
  if (order !== 0) return order
  const [here, there] = [JSON.stringify(one.value), JSON.stringify(other.value)]
  return here === there ? 0 : here < there ? -1 : 1
}

/** Whether both say the same, whichever event it was that said it. */
export const saysSame = (
  one: number | Said<unknown> | undefined,
  other: number | Said<unknown> | undefined,
): boolean => one === other || valueOf(one) === valueOf(other)

const valueOf = (said: number | Said<unknown> | undefined): unknown =>
  typeof said === 'object' && typeof said.value === 'object'
    ? JSON.stringify(said.value)
    : typeof said === 'object'
      ? said.value
      : said

const seqNoDigits = 10
const atDigits = 15
/** Makes every time of a four-digit year positive. */
const atOffset = 1e14
/** Before whatever an event can say. */
export const earliest = instant(-atOffset)

/** As text that sorts byte by byte as {@link folded} does. */
export const stampedText = ({ seqNo, at, value }: Said<unknown>): string =>
  `${digits(seqNo, seqNoDigits)} ${digits(at + atOffset, atDigits)} ${JSON.stringify(value)}`

const digits = (value: number, count: number): string => String(value).padStart(count, '0')

export function saidIn<Value>(text: string): Said<Value> {
  const [seqNo, at] = text.split(' ', 2)
  const value = JSON.parse(text.slice(seqNoDigits + atDigits + 2)) as Value
  return { seqNo: Number(seqNo), at: instant(Number(at) - atOffset), value }
}
