import { instant, type StationId } from '@interlock/kernel'
import type { Context } from './context.ts'
import { place } from './core/running.ts'
import { newView, showTransactions, type BootSaid, type StationView } from './core/view.ts'
import type { KeptTransaction } from './data/transaction-events.ts'
import type { BootPolicy } from './data/stations.ts'

/** Whose transactions are asked for in one statement. */
const stationsMax = 100

/** After a restart the CSMS knows what it knew: boots, running transactions, goals and schedules. */
export async function restoreViews(context: Context): Promise<void> {
  const { views } = context
  for (const record of await context.stations.all()) views.set(record.stationId, newView(record))
  const all = [...views.keys()]
  for (let at = 0; at < all.length; at += stationsMax) {
    const kept = await context.transactions.current(all.slice(at, at + stationsMax))
    for (const each of kept) {
      const view = views.get(each.stationId as StationId)
      if (view !== undefined) restoreTransaction(context, view, each)
    }
  }
  await restoreGoals(context)
  for (const { stationId, at, value } of await context.known.ofKind('boot')) {
    const view = views.get(stationId as StationId)
    const { status, ...said } = value as BootSaid & { status: BootPolicy }
    if (view !== undefined) view.boot = { at: instant(at), status, said }
  }
  await restoreAccepted(context)
}

function restoreTransaction({ inUse }: Context, view: StationView, kept: KeptTransaction): void {
  const { stationId } = view.record
  const { stationId: _station, ...transaction } = kept
  place(view, transaction)
  view.meterWattHours = showTransactions(view)?.lastWattHours
  if (kept.endedAt !== undefined || kept.begunWith === undefined) return
  inUse.begins(kept.begunWith.value, { stationId, transactionId: kept.transactionId })
}

async function restoreGoals({ kept, views, deps }: Context): Promise<void> {
  const [goals, schedules] = await Promise.all([kept.goals(), kept.schedules()])
  for (const view of views.values()) {
    const { stationId } = view.record
    const schedule = schedules.get(stationId)
    const current = view.transaction?.id
    if (current !== undefined && schedule?.transactionId === current)
      view.schedule = schedule.schedule
    const goal = goals.get(stationId)
    if (goal === undefined || goal.departure <= deps.clock.now()) continue
    const { departure, energyWattHours, fromWattHours } = goal
    view.goal = { departure, energyWattHours, source: 'driver' }
    view.goalFromWattHours = fromWattHours
  }
}

async function restoreAccepted({ known, views, accepted }: Context): Promise<void> {
  for (const { stationId, key: transactionId, value } of await known.ofKind('acceptedTokens')) {
    const runs = views.get(stationId as StationId)?.running.has(transactionId) === true
    const { tokens } = value as { tokens: readonly string[] }
    if (runs) accepted.restore({ stationId, transactionId }, tokens)
  }
}
