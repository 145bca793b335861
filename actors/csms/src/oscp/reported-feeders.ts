import type { StateReport } from '../core/view.ts'
import type { StationRecord } from '../data/stations.ts'
import type { GroupConfig } from './oscp-config.ts'

/** What there is of a station to see whether it may be counted in what an operator is told. */
export type Reportable = {
  readonly record: Pick<StationRecord, 'eui' | 'feeder' | 'trust'>
  readonly report: Pick<StateReport, 'isSummed'> | undefined
}

export type ReportedChargers<View> = {
  readonly all: readonly View[]
  /** Those that are in no sum of the operator's, as they say themselves. */
  readonly countable: readonly View[]
}

/**
 * The chargers of a feeder that is reported. A feeder whose chargers mask their readings for a sum is not: the sum less the
 * report, or the report less the sum, would be the homes that are in one of them alone. So the config must say that it is
 * reported, no station that it is summed, and of a station that can say it nothing is told before it has.
 */
export function reportedChargers<View extends Reportable>(
  { feeder, reported }: Pick<GroupConfig, 'feeder' | 'reported'>,
  views: Iterable<View>,
): ReportedChargers<View> | undefined {
  if (reported !== true) return undefined
  const all = [...views].filter(({ record }) => record.feeder === feeder)
  if (all.some(({ report }) => report?.isSummed === true)) return undefined
  return { all, countable: all.filter(isInNoSum) }
}

/** A standard station knows of no sums, and has no word for it. */
const isInNoSum = ({ record, report }: Reportable): boolean =>
  record.trust === 'standard' || report?.isSummed === false
