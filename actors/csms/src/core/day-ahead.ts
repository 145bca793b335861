import { limits } from '@interlock/contract'
import { inMinutes, instant, type Instant } from '@interlock/kernel'
import {
  constantLevel,
  edges,
  hoursInForceLevel,
  levelOf,
  levelsWithin,
  planSession,
  type HalfHourPrice,
  type HoursInForce,
  type Level,
  type LoadEdge,
  type Schedule,
} from '@interlock/power'
import { occurrences, type Expected } from './goal.ts'

export type PlannedStation = {
  readonly stationId: string
  readonly ratingWatts: number
  readonly delaySecondsMax: number
  readonly prices: readonly HalfHourPrice[]
  /** What it may follow without a schedule: a ledger charges by the worst of them. */
  readonly hours: readonly HoursInForce[]
}

export type DayAhead = {
  readonly from: Instant
  readonly until: Instant
  readonly stations: ReadonlyMap<string, PlannedStation>
  readonly expected: readonly Expected[]
  /** Of vehicles that are not planned alone. */
  readonly edges: readonly LoadEdge[]
  readonly marginPercent: number
  readonly arrivalToleranceMinutes: number
}

export type PlanWindow = { readonly from: number; readonly swingWatts: number }

/**
 * The load this CSMS expects to move in each budget window: every expected stay planned on its
 * tariff as it will be on the day, each edge in every window it may touch, and a margin. Ordinary
 * cheap-hour starts are then within the plan and cost no budget.
 */
export function dayAheadWindows(day: DayAhead): PlanWindow[] {
  const swings = new Map<number, number>()
  for (const edge of [...expectedEdges(day), ...day.edges]) {
    for (const window of windowsOf(edge))
      swings.set(window, (swings.get(window) ?? 0) + edge.swingWatts)
  }
  return [...swings]
    .filter(([window]) => window >= windowOf(day.from) && window < day.until)
    .map(([from, swing]) => ({
      from,
      swingWatts: Math.ceil((swing * (100 + day.marginPercent)) / 100),
    }))
    .sort((a, b) => a.from - b.from)
}

function expectedEdges(day: DayAhead): LoadEdge[] {
  return occurrences(day.expected, day.from, day.until).flatMap((stay) => {
    const station = day.stations.get(stay.stationId)
    if (station === undefined) return []
    const { schedule } = planSession({
      now: stay.arrival,
      departure: stay.departure,
      energyWattHours: stay.energyWattHours,
      maxWatts: station.ratingWatts,
      prices: station.prices,
      slackSeconds: station.delaySecondsMax,
    })
    if (schedule === undefined) return []
    const fallbacks = station.hours.map((each) => hoursInForceLevel(station.ratingWatts, each))
    const { delaySecondsMax } = station
    const next = schedule
    // A ledger charges each edge at the worst: nothing may flow at its end although the rating may.
    const planned = largest(
      fallbacks.flatMap((fallback) =>
        [fallback, constantLevel(0)].flatMap((end) =>
          edges({ previous: levelOf(next, fallback), next, fallback: end, delaySecondsMax }),
        ),
      ),
    )
    return [...planned, takeover(station, next, fallbacks, day.arrivalToleranceMinutes)]
  })
}

/** The schedule takes over when the vehicle comes, which is not known to the minute. */
function takeover(
  station: PlannedStation,
  next: Schedule,
  fallbacks: readonly Level[],
  toleranceMinutes: number,
): LoadEdge {
  const from = instant(next.from - inMinutes(toleranceMinutes))
  // A ledger charges the whole effect interval of the command, which is one budget window.
  const effect = Math.max(limits.budgetWindowMillis, station.delaySecondsMax * 1000)
  const until = instant(next.from + inMinutes(toleranceMinutes) + effect)
  const first = constantLevel(next.periods[0]?.limitWatts ?? 0)
  const before = [0, ...fallbacks.flatMap((each) => levelsWithin(each, from, until))]
  // Whoever comes late begins inside the schedule.
  const after = levelsWithin(levelOf(next, first), from, until)
  const gaps = before.flatMap((old) => after.map((level) => Math.abs(level - old)))
  return { from, until, swingWatts: Math.max(...gaps) }
}

/** One edge for each interval, at its largest swing. */
export function largest(all: readonly LoadEdge[]): LoadEdge[] {
  const merged = new Map<string, LoadEdge>()
  for (const edge of all) {
    const key = `${edge.from} ${edge.until}`
    const known = merged.get(key)
    if (known === undefined || known.swingWatts < edge.swingWatts) merged.set(key, edge)
  }
  return [...merged.values()]
}

const windowOf = (at: number): number =>
  Math.floor(at / limits.budgetWindowMillis) * limits.budgetWindowMillis

function windowsOf(edge: LoadEdge): number[] {
  const windows: number[] = []
  for (let at = windowOf(edge.from); at <= edge.until; at += limits.budgetWindowMillis)
    windows.push(at)
  return windows
}
