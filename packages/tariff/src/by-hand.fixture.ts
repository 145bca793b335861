/**
 * The same bill another way, sharing nothing with what it checks: prices are digits of decimal text,
 * the local clock is the platform's time-zone database, and every interval is walked by half-hours.
 */
const halfHour = 1_800_000
const london = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  hourCycle: 'h23',
  dateStyle: 'short',
  timeStyle: 'medium',
})

/** `hh:mm` on a clock in London. */
const shown = new Map<number, string>()
export function londonTime(at: number): string {
  const known = shown.get(at)
  if (known !== undefined) return known
  const text = london.format(at).slice(12, 17)
  shown.set(at, text)
  return text
}
export const londonDate = (at: number): string => london.format(at).slice(0, 10)

/** Millionths of a penny in a decimal text. */
export function millionths(pence: string): bigint {
  const negative = pence.startsWith('-')
  const [whole = '', fraction = ''] = pence.replace('-', '').split('.')
  const size = BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0'))
  return negative ? -size : size
}

type Interval = { readonly from: number; readonly until: number; readonly wattHours: number }

/** Thousand-millionths of a penny; `price` gives millionths per kilowatt-hour of a half-hour. */
export function costByHand(
  usage: readonly Interval[],
  price: (halfHour: number) => bigint,
): bigint {
  let cost = 0n
  for (const { from, until, wattHours } of usage) {
    const energy = BigInt(wattHours)
    const whole = BigInt(until - from)
    let before = 0n
    for (let cell = from - (from % halfHour); cell < until; cell += halfHour) {
      const end = cell + halfHour < until ? cell + halfHour : until
      const after = (energy * BigInt(end - from)) / whole
      cost += (after - before) * price(cell)
      before = after
    }
  }
  return cost
}

/** To the penny, by its digits: half a penny is rounded away from zero. */
export function penniesByHand(cost: bigint): string {
  const digits = cost.toString().replace('-', '').padStart(10, '0')
  const up = Number(digits.at(-9)) >= 5 ? 1n : 0n
  const pennies = BigInt(digits.slice(0, -9)) + up
  return `${cost < 0n && pennies > 0n ? '-' : ''}${pennies}`
}
