import { instant } from '@interlock/kernel'
import {
  allotDay,
  blocksPerDay,
  fallbacks,
  forecastLoad,
  known,
  marginWatts,
  spareWatts,
  type LoadSeries,
} from '@interlock/dso'
import { groupBlockMillis, type GroupNeed, type GroupPlan } from '@interlock/power'
import type { SessionRow } from '../files/session-file.ts'

/** One operator's day on a feeder, from noon to noon. */
export type RealDay = {
  readonly need: GroupNeed
  /** What the feeder carried then, without these vehicles. */
  readonly load: readonly number[]
  readonly ratedWatts: number
}

/** The data have no rating: a feeder is taken to bear so much more than the most it is known to have carried. */
const headroom = 1.3
/** Of all blocks, so many may bring more than forecast and margin. */
const marginShare = 0.05
const homeWatts = 7_360

/**
 * A noon to noon of a feeder's week, the last but `daysBefore`: its load is forecast from what was known at that noon, what
 * is spare is allotted, and the sessions of a file come on top, by the time of day when they began.
 */
export function realDay(
  series: LoadSeries,
  rows: readonly SessionRow[],
  pence: readonly number[],
  daysBefore = 0,
): RealDay | undefined {
  const wholeDays = Math.floor(series.watts.length / blocksPerDay)
  const begin = (wholeDays - 1.5 - daysBefore) * blocksPerDay
  if (begin < 0) return undefined
  const history = known(series, begin)
  const forecast = forecastLoad(history)
  const margin = marginWatts(history, marginShare, forecastLoad)
  const load = series.watts.slice(begin, begin + blocksPerDay).map((watts) => watts ?? 0)
  if (forecast === undefined || margin === undefined) return undefined
  const most = history.watts.reduce<number>((peak, watts) => Math.max(peak, watts ?? 0), 0)
  const feeder = { ratedWatts: headroom * most, marginWatts: margin }
  const contracts = [{ operator: 'csms', contractedWatts: 1_000_000 }]
  const day = allotDay(
    spareWatts(feeder, forecast),
    contracts,
    fallbacks(feeder, history.watts, contracts),
    () => 0,
  )
  const from = instant(series.from + begin * groupBlockMillis)
  const until = instant(from + blocksPerDay * groupBlockMillis)
  const sessions = rows.map((row, at) => {
    const arrival = from + ((row.pluggedInMillis - (from % dayMillis) + dayMillis) % dayMillis)
    return {
      id: `session-${at}`,
      arrival: instant(arrival),
      departure: instant(Math.min(until, arrival + row.durationMillis)),
      energyWattHours: row.energyWattHours,
      maxWatts: homeWatts,
      phase: 'ALL' as const,
      tariff: 0,
    }
  })
  const capacity = day.blocks.map(([allotment]) => ({ watts: allotment?.watts ?? 0 }))
  return {
    need: { from, capacity, tariffs: [pence], sessions, fuses: new Map() },
    load,
    ratedWatts: feeder.ratedWatts,
  }
}

const dayMillis = blocksPerDay * groupBlockMillis

/** Blocks in which the feeder would have carried more than it bears: the forecast was wrong by more than its margin. */
export const overloads = ({ load, ratedWatts }: RealDay, plan: GroupPlan): number =>
  load.filter((watts, block) => {
    const hours = groupBlockMillis / 3_600_000
    const vehicles = plan.sessions.reduce(
      (sum, each) => sum + (each.wattHours[block] ?? 0) / hours,
      0,
    )
    return watts + vehicles > ratedWatts
  }).length
