import { instant, ok, refused, toIso, type Instant, type Outcome } from '@interlock/kernel'
import { civilTime, startOfDay } from './civil-time.ts'
import { dayCost, nanopence, type Nanopence } from './money.ts'
import { rateAt } from './rate-at.ts'
import { createTally, type BillLine, type Tally, type TallyState } from './tally.ts'
import { versionAt, type Tariff } from './tariff.ts'
import type { Usage, UsageInterval } from './usage.ts'

export type Bill = {
  readonly wattHours: number
  /** What was counted in each register and block of each version, in the order of first use. */
  readonly lines: readonly BillLine[]
  readonly standing: { readonly days: number; readonly cost: Nanopence }
  /** All lines and the standing charge, exact: see `wholePence` for the one rounding. */
  readonly cost: Nanopence
}

/**
 * What a usage costs under a tariff, in whole thousand-millionths of a penny. An interval over which
 * the rate changes is apportioned by time in whole watt-hours: up to each change goes what is
 * proportional, rounded down, less what went before, so the parts add up to the whole. Fails with
 * the first instant for which there is no price.
 */
export function priceUsage(tariff: Tariff, usage: Usage): Outcome<Bill, 'PriceUnknown'> {
  const tally = createTally(tariff)
  for (const interval of usage) {
    const unknown = countInterval(tariff, interval, tally)
    if (unknown !== undefined) return refused('PriceUnknown', toIso(unknown))
  }
  const standing = standingCharge(tariff, usage)
  if (!standing.ok) return standing
  const lines = tally.lines()
  const energy = lines.reduce((sum, line) => sum + line.cost, 0n)
  return ok({
    wattHours: lines.reduce((sum, line) => sum + line.wattHours, 0),
    lines,
    standing: standing.value,
    cost: nanopence(energy + standing.value.cost),
  })
}

/**
 * Counts an interval on from where a tally stood, as a meter does while it is used. Fails with the first
 * instant for which there is no price, and has then counted nothing.
 */
export function countOn(
  tariff: Tariff,
  interval: UsageInterval,
  before?: TallyState,
): Outcome<TallyState, 'PriceUnknown'> {
  const tally = createTally(tariff, before)
  const unknown = countInterval(tariff, interval, tally)
  return unknown === undefined ? ok(tally.state()) : refused('PriceUnknown', toIso(unknown))
}

/** Counts an interval piece by piece; gives the instant for which there is no price. */
function countInterval(
  tariff: Tariff,
  { from, until, wattHours }: UsageInterval,
  tally: Tally,
): Instant | undefined {
  let counted = 0
  for (let at = from; at < until;) {
    const rate = rateAt(tariff, at)
    if (rate === undefined) return at
    const end = instant(Math.min(rate.until, until))
    const reached = end === until ? wattHours : upTo(wattHours, end - from, until - from)
    tally.count(rate, at, reached - counted)
    counted = reached
    at = end
  }
  return undefined
}

/** The share of `wattHours`, rounded down. */
const upTo = (wattHours: number, elapsed: number, whole: number): number =>
  Number((BigInt(wattHours) * BigInt(elapsed)) / BigInt(whole))

function standingCharge(tariff: Tariff, usage: Usage): Outcome<Bill['standing'], 'PriceUnknown'> {
  const from = usage[0]?.from
  const until = usage.at(-1)?.until
  if (from === undefined || until === undefined) return ok({ days: 0, cost: nanopence(0n) })
  const { clock } = tariff
  const [first, last] = [civilTime(clock, from).day, civilTime(clock, instant(until - 1)).day]
  let cost = 0n
  for (let day = first; day <= last; day++) {
    const at = instant(Math.max(from, startOfDay(clock, day)))
    const version = versionAt(tariff, at)
    if (version === undefined) return refused('PriceUnknown', toIso(at))
    cost += dayCost(version.standingCharge)
  }
  return ok({ days: last - first + 1, cost: nanopence(cost) })
}
