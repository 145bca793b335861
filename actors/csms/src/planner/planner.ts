import { inSeconds, type Instant, type StationId, type Timer } from '@interlock/kernel'
import {
  chargingWattsMin,
  toChargingProfile,
  type Schedule,
  type SessionPlan,
} from '@interlock/power'
import type { MeterTariff } from '@interlock/seal'
import { isAccepted, type Command, type Commands, type Ready } from '../commands.ts'
import type { Context } from '../context.ts'
import { order } from '../core/goal.ts'
import type { StationView } from '../core/view.ts'
import type { CapacityBook, CapacityGroup } from '../oscp/capacity-book.ts'
import type { FeederPlanner } from '../oscp/feeder-planner.ts'
import { createGatheredRounds } from '../gathered-rounds.ts'
import { createOverBudget, nextWindow } from './over-budget.ts'
import { goalOf, planOf, sameFrom } from './session-plan.ts'

export type Planner = {
  /** Plans that station's session within a second of world time. */
  readonly request: (station: StationId) => void
  close(): void
}

/** The one profile of the planner at each station; a new one takes the place of the old (K01.FR.05). */
export const profileId = 1
/** Refusals that time may mend. */
const passing = new Set([
  'BudgetExceeded',
  'PeerUnavailable',
  'RateExceeded',
  'StationOffline',
  'Timeout',
  'Unavailable',
])

/**
 * Before a schedule either nothing or the rating may flow, and both ledgers charge the larger step: with
 * half of the rating that is the smallest there can be.
 */
const smallerShare = 1 / 2

type Draft = {
  readonly view: StationView
  readonly schedule: Schedule
  /** Of a session that is planned alone. */
  readonly plan?: SessionPlan
}

/**
 * Plans charging sessions. What comes in during one second of world time is planned together, in
 * the order of station identities: the ledgers are asked one after another, so that who gets the
 * last of a budget does not depend on whose message was faster.
 */
export function createPlanner(options: {
  readonly context: Context
  readonly commands: Commands
  readonly tariffOf: (view: StationView) => MeterTariff | undefined
  /** Resolves when the plan of the day has been offered to both ledgers. */
  readonly dayAhead: () => Promise<void>
  /** Where operators limit feeders: the sessions of one feeder are planned together. */
  readonly feeders: (FeederPlanner & Pick<CapacityBook, 'of'>) | undefined
}): Planner {
  const { context, commands } = options
  const { clock } = context.deps
  const waiting = new Set<StationId>()
  const overBudget = createOverBudget(clock)
  let retry: { readonly timer: Timer; readonly stations: Set<StationId> } | undefined
  let closed = false

  const request = (station: StationId): void => {
    waiting.add(station)
    rounds.request()
  }

  const rounds = createGatheredRounds(clock, `${context.config.actor}/plan`, async () => {
    const stations = [...waiting].sort(order)
    waiting.clear()
    try {
      await options.dayAhead()
      await planAll(stations)
    } catch (error) {
      for (const station of stations) planLater(station)
      throw error
    }
  })

  const planAll = async (stations: readonly StationId[]): Promise<void> => {
    const sends: Promise<void>[] = []
    for (const draft of draftsFor(stations)) {
      const ready = await commands.prepare(commandOf(draft, clock.now()))
      if (ready.ok) sends.push(install(draft, ready))
      else if (mayBeSmaller(draft, ready.outcome.reason)) sends.push(...(await planSmaller(draft)))
      else notNow(draft, ready.outcome.reason)
    }
    await Promise.all(sends)
  }

  const draftsFor = (stations: readonly StationId[]): Draft[] => {
    const groups = new Set<CapacityGroup>()
    const alone = stations.flatMap((station) => {
      const feeder = context.views.get(station)?.record.feeder
      const group = feeder === undefined ? undefined : options.feeders?.of(feeder)
      if (group !== undefined) groups.add(group)
      return group === undefined ? (draftFor(station) ?? []) : []
    })
    const now = clock.now()
    const together = [...groups].flatMap((group) =>
      (options.feeders?.drafts(group) ?? []).filter(
        ({ view, schedule }) =>
          !sameFrom(now, view.schedule, schedule) &&
          !overBudget.holds(view.record.stationId, schedule),
      ),
    )
    return [...alone, ...together]
  }

  /**
   * Where nothing is planned yet, what the budget of the hour does not allow at full power is charged
   * more slowly; a plan that stands is not given up for a slower one.
   */
  const planSmaller = async ({ view: { record } }: Draft): Promise<Promise<void>[]> => {
    const { stationId, ratingWatts } = record
    const maxWatts = Math.floor(ratingWatts * smallerShare)
    const draft = maxWatts < chargingWattsMin(1) ? undefined : draftFor(stationId, maxWatts)
    const ready = draft && (await commands.prepare(commandOf(draft, clock.now())))
    // Full power is asked for again when another window begins, unless this is enough.
    const enough = ready?.ok === true && draft?.plan?.shortfall === undefined
    if (!enough) mayRetry(stationId, 'BudgetExceeded')
    return draft !== undefined && ready?.ok === true ? [install(draft, ready)] : []
  }

  const draftFor = (station: StationId, maxWatts?: number): Draft | undefined => {
    const view = context.views.get(station)
    const tariff = view === undefined ? undefined : options.tariffOf(view)
    if (view?.transaction === undefined || tariff === undefined) return undefined
    const now = clock.now()
    const goal = goalOf(view, now, { ...context.config, ...context.config.planning })
    view.goal = goal
    const plan = planOf(view, goal, tariff, now, maxWatts)
    const { schedule, plannedWattHours, costPence, shortfall } = plan
    if (schedule === undefined) return undefined
    view.plan = {
      plannedWattHours,
      costPence,
      tariffVersion: tariff.version ?? null,
      ...(shortfall === undefined ? {} : { shortfall }),
    }
    // What may be planned for a standard station is the operator's to send.
    if (view.identifiedBy !== 'certificate' || view.record.trust !== 'supervised') return undefined
    return sameFrom(now, view.schedule, schedule) ? undefined : { view, schedule, plan }
  }

  const install = async (draft: Draft, ready: Ready): Promise<void> => {
    const { view, schedule } = draft
    const outcome = await ready.send()
    const transactionId = view.transaction?.id
    if (!isAccepted(outcome)) return mayRetry(view.record.stationId, outcome.reason)
    if (transactionId === undefined) return
    view.schedule = schedule
    view.refused = undefined
    try {
      await context.kept.putSchedule(view.record.stationId, { transactionId, schedule })
    } catch (cause) {
      context.deps.log.error({ station: view.record.stationId, cause }, 'a schedule is not kept')
    }
  }

  const notNow = ({ view, schedule }: Draft, reason: string | undefined): void => {
    const { stationId } = view.record
    if (reason === 'BudgetExceeded') overBudget.note(stationId, schedule)
    mayRetry(stationId, reason)
  }

  const mayRetry = (station: StationId, reason: string | undefined): void => {
    if (reason !== undefined && passing.has(reason)) planLater(station)
  }

  const planLater = (station: StationId): void => {
    if (closed) return
    if (retry !== undefined) {
      retry.stations.add(station)
      return
    }
    const now = clock.now()
    const wait = nextWindow(now) - now
    const stations = new Set([station])
    const again = (): void => {
      retry = undefined
      for (const each of stations) request(each)
    }
    const label = `${context.config.actor}/plan-again`
    retry = { stations, timer: clock.after(inSeconds(wait / 1000), label, again) }
  }

  return {
    request,
    close() {
      closed = true
      rounds.close()
      retry?.timer.cancel()
    },
  }
}

/** On a feeder who is first must not take from the others what their plan leaves. */
const mayBeSmaller = ({ view, plan }: Draft, reason: string | undefined): boolean =>
  reason === 'BudgetExceeded' && plan !== undefined && view.schedule === undefined

function commandOf(draft: Draft, now: Instant): Command<'SetChargingProfile'> {
  const { record, transaction } = draft.view
  return {
    stationId: record.stationId,
    action: 'SetChargingProfile',
    evse: record.evse,
    effectFrom: now,
    payload: {
      evseId: record.evse,
      chargingProfile: toChargingProfile(draft.schedule, {
        id: profileId,
        purpose: 'TxProfile',
        ...(transaction === undefined ? {} : { transactionId: transaction.id }),
      }),
    },
  }
}
