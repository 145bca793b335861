import { instant, toIso, type Instant } from '@interlock/kernel'
import type { ForecastedBlock } from '@interlock/oscp'
import { groupBlockMillis, limitAt, type Schedule } from '@interlock/power'
import type { MeterTariff } from '@interlock/seal'
import type { Context } from '../context.ts'
import { order } from '../core/goal.ts'
import { remainingWattHours, type StationView } from '../core/view.ts'
import { underWish } from '../core/wish.ts'
import { goalOf } from '../planner/session-plan.ts'
import type { CapacityBook, CapacityGroup } from './capacity-book.ts'
import { fallbackShares } from './fallback-shares.ts'
import { connectionIn, leastWattsOf, less, type Left } from './feeder-lines.ts'
import {
  planFeeder,
  scheduleFor,
  serves,
  vouchedUntil,
  type FeederNeed,
  type FeederPlan,
  type FeederSession,
} from './feeder-plan.ts'

export type FeederDraft = { readonly view: StationView; readonly schedule: Schedule }

/** How the vehicles of one feeder come out, for people to see. */
export type FeederShown = {
  readonly at: Instant
  readonly vehicles: number
  readonly short: readonly {
    readonly stationId: string
    readonly wattHours: number
    readonly reason: string
  }[]
  readonly shortBlocks: readonly Instant[]
}

export type FeederPlanner = {
  /** By station: what it may draw while nobody is heard. */
  shares(group: CapacityGroup): ReadonlyMap<string, number>
  /** What the stations of the feeder are to be sent; the operator has been told before what cannot fit. */
  drafts(group: CapacityGroup): readonly FeederDraft[]
  shown(group: CapacityGroup): FeederShown | undefined
}

export function createFeederPlanner(options: {
  readonly context: Context
  readonly book: CapacityBook
  readonly tariffOf: (view: StationView) => MeterTariff | undefined
}): FeederPlanner {
  const { context, book, tariffOf } = options
  const { clock } = context.deps
  const plans = new Map<string, FeederPlan>()
  const outcomes = new Map<string, FeederShown>()
  const told = new Map<string, string>()

  const viewsOf = ({ feeder }: CapacityGroup): StationView[] =>
    [...context.views.values()]
      .filter(({ record }) => record.feeder === feeder)
      .sort((a, b) => order(a.record.stationId, b.record.stationId))

  const shares = (group: CapacityGroup): ReadonlyMap<string, number> => {
    // A part is for good, so that it counts as if all stood on the tightest phase.
    const { watts, phaseWatts = [] } = book.fallbackAt(group, clock.now())
    return fallbackShares(
      Math.min(watts, ...phaseWatts),
      viewsOf(group).map(({ record }) => ({
        station: record.stationId,
        ratingWatts: record.ratingWatts,
        leastWatts: leastWattsOf(connectionIn(group, record.stationId)),
        keepsLimit: record.trust === 'supervised',
      })),
    )
  }

  const needOf = (group: CapacityGroup, now: Instant) => {
    const share = shares(group)
    const charging = viewsOf(group).filter(({ transaction }) => transaction !== undefined)
    const planned = charging.filter(isPlanned)
    const others = charging.filter((view) => !isPlanned(view))
    const shareOf = (view: StationView): number =>
      share.get(view.record.stationId) ?? view.record.ratingWatts
    const sessions = planned.map((view): FeederSession => {
      const goal = goalOf(view, now, { ...context.config, ...context.config.planning })
      view.goal = goal
      const { stationId, ratingWatts, delaySecondsMax } = view.record
      return {
        station: stationId,
        transactionId: view.transaction?.id ?? '',
        departure: goal.departure,
        energyWattHours: remainingWattHours(view, goal),
        maxWatts: ratingWatts,
        prices: tariffOf(view)?.prices,
        before: mayDraw(view, now, shareOf(view)),
        fallbackWatts: Math.min(ratingWatts, shareOf(view)),
        delaySecondsMax,
        connection: connectionIn(group, stationId),
      }
    })
    const leftAt = (at: Instant): Left =>
      others.reduce(
        (left, view) => {
          const connection = connectionIn(group, view.record.stationId)
          return less(left, connection, mayDraw(view, at, shareOf(view)))
        },
        book.at(group, at) satisfies Left as Left,
      )
    return { planned, need: { now, sessions, leftAt } satisfies FeederNeed }
  }

  /** Once for each thing that there is to say, and before the stations are told anything. */
  const tellShort = (group: CapacityGroup, shown: FeederShown, { leftAt }: FeederNeed): void => {
    const { short, shortBlocks, vehicles } = shown
    const key = JSON.stringify([
      shortBlocks,
      short.map(({ stationId, reason }) => [stationId, reason]),
    ])
    const isShort = shortBlocks.length > 0
    if (!isShort) return void told.delete(group.group)
    if (told.get(group.group) === key) return
    const missing = short.reduce((sum, { wattHours }) => sum + wattHours, 0)
    const message = `CapacityTooSmall: ${short.length} of ${vehicles} vehicles lack ${missing} Wh by departure`
    const blockAt = (from: Instant, more: number): ForecastedBlock => ({
      capacity: Math.min(group.contractedWatts, Math.max(0, book.at(group, from).watts) + more),
      phase: 'ALL',
      unit: 'W',
      from,
      until: instant(from + groupBlockMillis),
    })
    const perBlock = Math.ceil((missing * 3_600_000) / groupBlockMillis / shortBlocks.length)
    const over = (from: Instant): number => Math.max(0, Math.ceil(-leftAt(from).watts))
    context.audit.critical('CapacityShort', {
      group: group.group,
      message,
      blocks: shortBlocks.map(toIso),
    })
    const heard = book.tell(group, {
      name: 'group_capacity_compliance_error',
      body: { message, blocks: shortBlocks.map((from) => blockAt(from, 0)) },
    })
    book.tell(group, {
      name: 'adjust_group_capacity_forecast',
      body: {
        group: group.group,
        type: 'CONSUMPTION',
        blocks: shortBlocks.map((from) => blockAt(from, perBlock + over(from))),
      },
    })
    if (heard) told.set(group.group, key)
    context.tell({
      kind: 'refusal',
      reason: 'CapacityTooSmall',
      data: { group: group.group, missing },
    })
  }

  return {
    shares,
    drafts(group) {
      const now = clock.now()
      const { planned, need } = needOf(group, now)
      const held = plans.get(group.group)
      const plan = held !== undefined && serves(held, need) ? held : planFeeder(need)
      plans.set(group.group, plan)
      const shown = shownOf(plan, now)
      outcomes.set(group.group, shown)
      tellShort(group, shown, need)
      return planned.flatMap((view, at): FeederDraft[] => {
        const session = need.sessions[at]
        const one = plan.sessions[at]
        if (session === undefined || one === undefined) return []
        const { plannedWattHours, costPence, shortfall } = one
        view.plan = {
          plannedWattHours,
          costPence,
          tariffVersion: tariffOf(view)?.version ?? null,
          ...(shortfall && { shortfall }),
        }
        const schedule = scheduleFor(plan, session, now, vouchedUntil(now))
        const { wish, transaction } = view
        const wished = wish?.transactionId === transaction?.id ? wish?.schedule : undefined
        return schedule === undefined ? [] : [{ view, schedule: underWish(schedule, wished) }]
      })
    },
    shown: ({ group }) => outcomes.get(group),
  }
}

/** Those who take and keep schedules of ours, and are there. */
const isPlanned = ({ connected, identifiedBy, record }: StationView): boolean =>
  connected && identifiedBy === 'certificate' && record.trust === 'supervised'

/** At most, at that time: by its schedule, and where none reaches by what it keeps to without one. */
function mayDraw({ schedule, goal, record }: StationView, at: Instant, without: number): number {
  if (goal !== undefined && goal.departure <= at) return 0
  return (schedule && limitAt(schedule, at)) ?? Math.min(record.ratingWatts, without)
}

const shownOf = (plan: FeederPlan, at: Instant): FeederShown => ({
  at,
  vehicles: plan.sessions.length,
  short: plan.sessions.flatMap(({ id, shortfall }) =>
    shortfall === undefined ? [] : [{ stationId: id, ...shortfall }],
  ),
  shortBlocks: plan.shortBlocks,
})
