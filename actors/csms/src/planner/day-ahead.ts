import {
  inHours,
  inMinutes,
  instant,
  plus,
  Fault,
  type Instant,
  type Outcome,
} from '@interlock/kernel'
import type { DayAheadPlan } from '@interlock/contract'
import { isClosedToPlans } from '@interlock/ledger'
import { halfHourOf } from '@interlock/power'
import type { MeterTariff } from '@interlock/seal'
import type { Context } from '../context.ts'
import { dayAheadWindows, type PlannedStation } from '../core/day-ahead.ts'
import type { StationView } from '../core/view.ts'
import type { ExpectedDay } from '../oscp/expected-day.ts'

/** A ledger that takes day-ahead plans. */
export type PlanTaker = (plan: DayAheadPlan) => Promise<Outcome<void, string>>

export type DayAheadPlanner = {
  /** Offers today's plan to both ledgers unless that has been done on these tariffs and hours. */
  readonly ensure: () => Promise<void>
}

const horizon = inHours(48)
/** The plan is renewed as the day goes on, so that it always reaches over the next night. */
const renewMillis = inHours(12)
const retryMillis = inMinutes(30)

export type DayAheadOptions = {
  readonly context: Context
  readonly tariffOf: (view: StationView) => MeterTariff | undefined
  readonly ledgers: Readonly<Record<string, PlanTaker>>
  /** Where operators limit feeders. */
  readonly feeders: ExpectedDay | undefined
}

/**
 * The operator's plan of what it will move, accepted by both ledgers before the schedules that make
 * it true are countersigned. A ledger that refuses or is silent is told again half an hour later;
 * until then every change is charged in full.
 */
export function createDayAhead(options: DayAheadOptions): DayAheadPlanner {
  const { context } = options
  const submitted = new Map<
    string,
    {
      readonly at: Instant
      readonly basis: string
      readonly ok: boolean
      /** When its first plan was accepted, as far as is known here. */
      readonly since: Instant | undefined
    }
  >()

  const submit = async (name: string, taker: PlanTaker, basis: string): Promise<void> => {
    const now = context.deps.clock.now()
    const last = submitted.get(name)
    const fresh = last !== undefined && now - last.at < (last.ok ? renewMillis : retryMillis)
    if (fresh && last.basis === basis) return
    const plan = planFrom(options, now)
    let since = last?.since ?? now
    let outcome = await offered(taker, ofOpenDays(plan, since, now))
    // An earlier process has planned before: what was accepted for a day that is closed stands.
    if (!outcome.ok && outcome.reason === 'PlanClosed') {
      since = instant(0)
      outcome = await offered(taker, ofOpenDays(plan, since, now))
    }
    submitted.set(name, {
      at: now,
      basis,
      ok: outcome.ok,
      since: outcome.ok ? since : last?.since,
    })
    context.audit.record('PlanSubmitted', {
      ledger: name,
      windows: plan.windows.length,
      outcome: outcome.ok ? 'Accepted' : outcome.reason,
    })
    if (!outcome.ok) context.tell({ kind: 'refusal', reason: outcome.reason, data: { plan: name } })
  }

  return {
    async ensure() {
      const basis = [...context.views.values()]
        .map((view) => `${options.tariffOf(view)?.version ?? 0} ${JSON.stringify(view.hours)}`)
        .concat(options.feeders?.basis() ?? [])
        .join()
      for (const [name, taker] of Object.entries(options.ledgers)) await submit(name, taker, basis)
    },
  }
}

const ofOpenDays = (plan: DayAheadPlan, since: Instant, now: Instant): DayAheadPlan => ({
  ...plan,
  windows: plan.windows.filter(({ from }) => !isClosedToPlans(from, since, now)),
})

async function offered(taker: PlanTaker, plan: DayAheadPlan): Promise<Outcome<void, string>> {
  try {
    return await taker(plan)
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    return { ok: false, reason: cause.code }
  }
}

function planFrom(
  { context, tariffOf, feeders }: Pick<DayAheadOptions, 'context' | 'tariffOf' | 'feeders'>,
  now: Instant,
): DayAheadPlan {
  const { planning, expectedSessions, region } = context.config
  const from = instant(halfHourOf(now))
  const stations = new Map<string, PlannedStation>()
  for (const view of context.views.values()) {
    const { stationId, ratingWatts, delaySecondsMax, feeder } = view.record
    if (feeders?.isLimited(feeder) === true) continue
    const prices = tariffOf(view)?.prices
    if (prices !== undefined)
      stations.set(stationId, {
        stationId,
        ratingWatts,
        delaySecondsMax,
        prices,
        hours: view.hours,
      })
  }
  const until = plus(from, horizon)
  const windows = dayAheadWindows({
    from,
    until,
    stations,
    edges: feeders?.edges(from, until) ?? [],
    expected: expectedSessions,
    marginPercent: planning.marginPercent,
    arrivalToleranceMinutes: planning.arrivalToleranceMinutes,
  })
  return { organisation: context.identity.peer.organisation, region, windows: [...windows] }
}
