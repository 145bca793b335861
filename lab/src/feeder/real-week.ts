import type { LoadSeries } from '@interlock/dso'
import { planGroup, type GroupNeed, type ShortReason } from '@interlock/power'
import type { SessionRow } from '../files/session-file.ts'
import { optimumOf, violations } from './optimum.fixture.ts'
import { realDay } from './real-day.ts'

/** All days of a feeder's week that something is known before. */
export type WeekFigure = {
  readonly days: number
  readonly sessions: number
  readonly plannedShare: number
  /** Sessions that do not get all, by the reason that the plan names. */
  readonly short: Readonly<Partial<Record<ShortReason, number>>>
  readonly violations: number
  readonly possibleShare?: number
  readonly costRatio?: number
}

/** Of the energy that the allotment would carry, so much is asked for. */
const askedShare = 0.6
/** A linear program of more takes minutes. */
const sessionsMax = 60
const halfHoursPerDay = 48
/** The day begins at noon. */
const noonHalfHours = 24

export async function weekFigure(
  series: LoadSeries,
  rows: readonly SessionRow[],
  pence: readonly number[],
  phasesLimited: boolean,
): Promise<WeekFigure> {
  let [days, sessions, broken] = [0, 0, 0]
  const short: Partial<Record<ShortReason, number>> = {}
  let [needed, planned, possible, cost, leastCost] = [0, 0, 0, 0, 0]
  for (;;) {
    const begin = noonHalfHours + days * halfHoursPerDay
    const prices = pence.slice(begin, begin + halfHoursPerDay).flatMap((each) => [each, each])
    const bare = realDay(series, [], prices, days)
    if (bare === undefined) break
    const own = chosen(rows, days, bare.need)
    const day = realDay(series, own, prices, days)
    if (day === undefined) break
    const need = phasesLimited ? onPhases(day.need) : day.need
    const plan = planGroup(need)
    const optimum = await optimumOf(need)
    days += 1
    sessions += own.length
    needed += own.reduce((sum, { energyWattHours }) => sum + energyWattHours, 0)
    planned += plan.sessions.reduce((sum, { plannedWattHours }) => sum + plannedWattHours, 0)
    for (const { shortfall } of plan.sessions)
      if (shortfall !== undefined) short[shortfall.reason] = (short[shortfall.reason] ?? 0) + 1
    broken += violations(need, plan).length
    possible += optimum.wattHours
    cost += plan.costPence
    leastCost += optimum.costPence
  }
  return {
    days,
    sessions,
    plannedShare: planned / needed,
    short,
    violations: broken,
    ...(days > 0 && { possibleShare: planned / possible, costRatio: cost / leastCost }),
  }
}

/** Other sessions of the file every day, as many as the allotment has room for. */
function chosen(
  rows: readonly SessionRow[],
  day: number,
  { capacity }: GroupNeed,
): readonly SessionRow[] {
  const room = capacity.reduce((sum, { watts }) => sum + watts / 4, 0) * askedShare
  const own: SessionRow[] = []
  let asked = 0
  const stride = 37
  for (let at = day; at < rows.length && own.length < sessionsMax; at += stride) {
    const row = rows[at]
    asked += row?.energyWattHours ?? 0
    if (row === undefined || asked > room) break
    own.push(row)
  }
  return own
}

/** One home in four has three phases, the others one each; phases differ in what they have left. */
const onPhases = (need: GroupNeed): GroupNeed => ({
  ...need,
  sessions: need.sessions.map((session, at) => ({
    ...session,
    phase: (['ONE', 'TWO', 'THREE', 'ALL'] as const)[at % 4] ?? 'ALL',
  })),
  capacity: need.capacity.map(({ watts }) => ({
    watts,
    phaseWatts: [(0.9 * watts) / 3, watts / 3, (0.8 * watts) / 3],
  })),
})
