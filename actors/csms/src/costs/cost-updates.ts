import { inSeconds, type Instant, type StationId, type Timer } from '@interlock/kernel'
import { CallFailed } from '@interlock/ocpp'
import { inBackground } from '../background.ts'
import type { Context, Session } from '../context.ts'
import type { Transaction } from '../core/running.ts'
import { shows } from './display.ts'

export type CostUpdates = { start(): void; close(): void }

/**
 * I02.FR.01: a station whose running transaction sends no event for so long, and so gets no answer with
 * the cost in it, is told by CostUpdated where the cost has changed. One that says it shows none,
 * or does not know the message, is left in peace.
 */
export function createCostUpdates(context: Context, everySeconds: number): CostUpdates {
  const { clock } = context.deps
  const every = inSeconds(everySeconds)
  const deaf = new WeakSet<Session>()
  let timer: Timer | undefined
  let closed = false

  const tellAll = async (): Promise<void> => {
    const now = clock.now()
    for (const [stationId, session] of context.sessions) {
      const running = [...(context.views.get(stationId)?.running.values() ?? [])]
      for (const each of running)
        if (!closed && now - each.at >= every && !deaf.has(session))
          await tell(stationId, session, each, now)
    }
  }
  const tell = async (
    stationId: StationId,
    session: Session,
    { transactionId }: Transaction,
    now: Instant,
  ): Promise<void> => {
    if ((await shows(context, stationId, 'Cost')) === false) return void deaf.add(session)
    const cost = (await context.costs.compute(stationId, transactionId, now))?.cost
    const view = context.views.get(stationId)
    if (cost === undefined || cost.final || view === undefined) return
    const { totalCost } = cost
    if (view.cost?.transactionId === transactionId && view.cost.totalCost === totalCost) return
    view.cost = { transactionId, ...cost }
    inBackground(context.deps, 'cost-updated', async () => {
      try {
        await session.endpoint.call('CostUpdated', { totalCost, transactionId })
      } catch (cause) {
        if (!(cause instanceof CallFailed)) throw cause
        deaf.add(session)
      }
    })
  }
  const again = (): void => {
    if (closed) return
    const label = `${context.config.actor}/cost-updates`
    timer = clock.after(every, label, () =>
      tellAll()
        .catch((cause: unknown) => context.deps.log.warn({ cause }, 'costs are not told'))
        .finally(again),
    )
  }
  return {
    start: again,
    close() {
      closed = true
      timer?.cancel()
    },
  }
}
