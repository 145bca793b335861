import { refused, ok, type Instant, type Outcome } from '@interlock/kernel'
import { tariffSaid, type TariffCommand } from '@interlock/seal'
import {
  consumptionsMax,
  countOn,
  nanopence,
  usageProblem,
  type TallyState,
  type UsageInterval,
  type UsageProblem,
} from '@interlock/tariff'

/** What was used under one tariff, register by register and block by block, and what it costs. */
export type Consumption = TallyState & {
  /** The supplier's counter of the tariff. */
  readonly counter: bigint
  /** Up to when it is counted. */
  readonly until: Instant
}

export type ConsumptionProblem =
  | UsageProblem
  /** No tariff is in force, or it has no price for then. */
  | 'PriceUnknown'

/**
 * Counts what was used in the register and block whose time it was under the tariff in force. With another
 * tariff both begin anew. What has no price is not counted.
 */
export function consume(
  before: Consumption | undefined,
  tariff: TariffCommand | undefined,
  interval: UsageInterval,
): Outcome<Consumption, ConsumptionProblem> {
  const problem = usageProblem([interval])
  if (problem !== undefined) return refused(problem.reason)
  if (before !== undefined && interval.from < before.until) return refused('UsageOverlaps')
  const said = tariff && tariffSaid(tariff)
  if (tariff === undefined || said?.ok !== true) return refused('PriceUnknown')
  const { counter } = tariff
  const counted = countOn(said.value, interval, before?.counter === counter ? before : undefined)
  return counted.ok ? ok({ ...counted.value, counter, until: interval.until }) : counted
}

/** As it is kept: every register and block, whole. */
export type ConsumptionEntry = {
  readonly kind: 'consumed'
  readonly counter: string
  readonly until: Instant
  readonly periods: TallyState['periods']
  readonly lines: readonly (Omit<TallyState['lines'][number], 'cost'> & { readonly cost: string })[]
}

export const consumptionEntry = ({
  counter,
  until,
  periods,
  lines,
}: Consumption): ConsumptionEntry => ({
  kind: 'consumed',
  counter: counter.toString(),
  until,
  periods,
  lines: lines.map((line) => ({ ...line, cost: line.cost.toString() })),
})

/** In the place of what it goes on with; what was counted under another tariff is kept, for those who settle it. */
export function withConsumption(
  kept: readonly Consumption[],
  entry: ConsumptionEntry,
): readonly Consumption[] {
  const [last, ...before] = kept
  const next = consumptionIn(entry)
  return last?.counter === next.counter
    ? [next, ...before]
    : [next, ...kept].slice(0, consumptionsMax)
}

export const consumptionIn = ({
  counter,
  until,
  periods,
  lines,
}: ConsumptionEntry): Consumption => ({
  counter: BigInt(counter),
  until,
  periods,
  lines: lines.map((line) => ({ ...line, cost: nanopence(BigInt(line.cost)) })),
})
