import { inHours, instant, stationId, type Instant } from '@interlock/kernel'
import type { LoadEdge } from '@interlock/power'
import type { MeterTariff } from '@interlock/seal'
import type { Context } from '../context.ts'
import { occurrences, order } from '../core/goal.ts'
import { remainingWattHours, type StationView } from '../core/view.ts'
import type { CapacityBook, CapacityGroup, CapacityNow } from './capacity-book.ts'
import { feederDayEdges, type ExpectedStay } from './feeder-day.ts'
import { connectionIn, type Left } from './feeder-lines.ts'
import type { FeederPlanner } from './feeder-planner.ts'

/** What of a day-ahead plan feeders decide that an operator limits. */
export type ExpectedDay = {
  /** Whether the vehicles of this feeder are planned together. */
  isLimited(feeder: string): boolean
  edges(from: Instant, until: Instant): readonly LoadEdge[]
  /** Changes when the plan should be made anew. */
  basis(): string
}

/** Plans the vehicles expected on each feeder inside what its operator has forecast, before they come. */
export function createExpectedDay(options: {
  readonly context: Context
  readonly book: Pick<CapacityBook, 'groups' | 'of' | 'at'>
  readonly planner: Pick<FeederPlanner, 'shares'>
  readonly tariffOf: (view: StationView) => MeterTariff | undefined
}): ExpectedDay {
  const { context, book, planner, tariffOf } = options
  const { config, views, deps } = context
  const { arrivalToleranceMinutes } = config.planning

  const staysOn = (group: CapacityGroup, from: Instant, until: Instant): ExpectedStay[] => {
    const shares = planner.shares(group)
    return occurrences(config.expectedSessions, from, until)
      .flatMap((stay): ExpectedStay[] => {
        const view = views.get(stationId(stay.stationId))
        const prices = view && tariffOf(view)?.prices
        if (view === undefined || prices === undefined) return []
        const { feeder, ratingWatts, delaySecondsMax, trust } = view.record
        const station = view.record.stationId
        if (feeder !== group.feeder || trust !== 'supervised') return []
        const isHere = stay.arrival <= deps.clock.now() && view.transaction !== undefined
        return [
          {
            station,
            arrival: stay.arrival,
            departure: stay.departure,
            energyWattHours:
              isHere && view.goal ? remainingWattHours(view, view.goal) : stay.energyWattHours,
            maxWatts: ratingWatts,
            prices,
            fallbackWatts: Math.min(ratingWatts, shares.get(station) ?? ratingWatts),
            delaySecondsMax,
            connection: connectionIn(group, station),
            hours: view.hours,
          },
        ]
      })
      .sort((a, b) => order(a.station, b.station))
  }
  /** A market day is closed to plans before its whole night is forecast: until then, as the day before. */
  const leftOn = (group: CapacityGroup, at: Instant): Left => {
    const said = book.at(group, at)
    if (isForecast(said)) return said
    const dayBefore = book.at(group, instant(at - inHours(24)))
    return isForecast(dayBefore) ? dayBefore : said
  }

  return {
    isLimited: (feeder) => book.of(feeder) !== undefined,
    edges: (from, until) =>
      book.groups.flatMap((group) =>
        feederDayEdges({
          from,
          until,
          stays: staysOn(group, from, until),
          leftAt: (at) => leftOn(group, at),
          arrivalToleranceMinutes,
        }),
      ),
    basis: () =>
      book.groups
        .map((group) => `${group.group} ${book.at(group, deps.clock.now()).source === 'contract'}`)
        .join(),
  }
}

/** What is said of that very time, by either way. */
const isForecast = ({ source }: CapacityNow): boolean => source === 'forecast' || source === 'topic'
