/** One block that has passed, in watts: what the feeder's own meter says, and what was expected. */
export type MeteredBlock = {
  readonly meteredWatts: number
  /** Load without vehicles, as it was forecast. */
  readonly forecastWatts: number
  readonly marginWatts: number
  readonly ratedWatts: number
  readonly operators: readonly {
    readonly operator: string
    readonly allottedWatts: number
    /** By `update_group_measurements`; absent where it said nothing. Evidence against itself only. */
    readonly reportedWatts?: number
  }[]
}

export type Breach =
  /** The feeder carried more than it is rated for, whoever it was. */
  | { readonly kind: 'FeederOverloaded'; readonly excessWatts: number }
  /** More came than load and allotments together can be, even if the forecast was as wrong as it gets. */
  | {
      readonly kind: 'AllotmentsExceeded'
      readonly excessWatts: number
      /** Those who say so themselves, where that is all of it; or else all: the meter does not tell them apart. */
      readonly suspects: readonly string[]
    }
  /** By its own word an operator used more than it had. */
  | { readonly kind: 'AllotmentExceeded'; readonly operator: string; readonly excessWatts: number }
  /** All say what they used, and the meter says that somebody used more. */
  | { readonly kind: 'ReportsContradicted'; readonly missingWatts: number }

/**
 * What the meter shows, and only it: a report can accuse its own sender and acquit nobody. An operator
 * that reports less than it used is found by the load that nobody reported.
 */
export function breachesIn(block: MeteredBlock): Breach[] {
  const { meteredWatts, forecastWatts, marginWatts, ratedWatts, operators } = block
  const breaches: Breach[] = []
  if (meteredWatts > ratedWatts)
    breaches.push({ kind: 'FeederOverloaded', excessWatts: meteredWatts - ratedWatts })

  const confessed = operators.flatMap(({ operator, allottedWatts, reportedWatts = 0 }) =>
    reportedWatts > allottedWatts ? [{ operator, excessWatts: reportedWatts - allottedWatts }] : [],
  )
  for (const each of confessed) breaches.push({ kind: 'AllotmentExceeded', ...each })

  const allotted = sum(operators.map((each) => each.allottedWatts))
  const vehiclesAtLeast = meteredWatts - forecastWatts - marginWatts
  if (vehiclesAtLeast <= allotted) return breaches
  const excessWatts = vehiclesAtLeast - allotted
  // Who confesses a little does not hide another who drew the most of it.
  const isExplained = sum(confessed.map((each) => each.excessWatts)) >= excessWatts
  const suspects = isExplained ? confessed : operators
  breaches.push({
    kind: 'AllotmentsExceeded',
    excessWatts,
    suspects: suspects.map(({ operator }) => operator),
  })
  const reports = operators.flatMap(({ reportedWatts }) => reportedWatts ?? [])
  const missingWatts = vehiclesAtLeast - sum(reports)
  if (reports.length === operators.length && missingWatts > 0)
    breaches.push({ kind: 'ReportsContradicted', missingWatts })
  return breaches
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
