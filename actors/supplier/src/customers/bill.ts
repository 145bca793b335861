import {
  fromIso,
  inHours,
  instant,
  ok,
  refused,
  type Instant,
  type Outcome,
} from '@interlock/kernel'
import { halfHourMillis } from '@interlock/power'
import { priceUsage, type Bill, type Tariff, type TariffVersion } from '@interlock/tariff'
import type { HalfHour } from '@interlock/topics'

export type BillPeriod = { readonly from: Instant; readonly until: Instant }

export const billDaysMax = 62

/** From half-hour to half-hour, RFC 3339; `undefined` for what is no period, or too long a one. */
export function billPeriodOf(from = '', until = ''): BillPeriod | undefined {
  const [begin, end] = [fromIso(from), fromIso(until)]
  if (begin === undefined || end === undefined) return undefined
  const isWhole = begin % halfHourMillis === 0 && end % halfHourMillis === 0
  const length = end - begin
  return isWhole && length > 0 && length <= inHours(24 * billDaysMax)
    ? { from: begin, until: end }
    : undefined
}

export type CustomerBill = {
  readonly tariff: string
  readonly bill: Bill
  /** Half-hours of the period of which nothing was said to this reader. */
  readonly missing: number
}
export type BillRefusal = 'UsageUnknown' | 'PriceUnknown' | 'ClocksDiffer'

/**
 * What the half-hours of a period cost under what was published, whole watt-hours each. What is not known is not
 * guessed: it is counted as missing.
 * @param published each of one version; of two that are valid at once the later counts
 */
export function customerBill(
  published: readonly Tariff[],
  halfHours: readonly HalfHour[],
  { from, until }: BillPeriod,
): Outcome<CustomerBill, BillRefusal> {
  const known = halfHours.filter((each) => each.from >= from && each.from < until)
  if (known.length === 0) return refused('UsageUnknown')
  const usage = known.map((each) => ({
    from: each.from,
    until: instant(each.from + halfHourMillis),
    wattHours: Math.round(each.wattHours),
  }))
  const versions = published.flatMap((each) => each.versions)
  const missing = (until - from) / halfHourMillis - known.length
  // Registers and days follow the clock of their own version, and a bill has one clock.
  for (const { id, clock } of lastOfEachClock(published)) {
    const bill = priceUsage({ id, clock, versions }, usage)
    if (!bill.ok) return bill
    const counted = new Set(bill.value.lines.map(({ version }) => version))
    const isOfAnother = ({ clock: other, versions: [only] }: Tariff): boolean =>
      other !== clock && only !== undefined && counted.has(only.version) && hasClock(only)
    if (!published.some(isOfAnother)) return ok({ tariff: id, bill: bill.value, missing })
  }
  return refused(published.length === 0 ? 'PriceUnknown' : 'ClocksDiffer')
}

const lastOfEachClock = (published: readonly Tariff[]): readonly Tariff[] => [
  ...new Map(published.map((each) => [each.clock, each])).values(),
]
/** Whether what it costs depends on when a day begins. */
const hasClock = ({ rates, standingCharge }: TariffVersion): boolean =>
  rates.kind === 'timeOfUse' || standingCharge !== 0
