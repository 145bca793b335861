import type { Request, Response } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import type { Kept } from '../data/insert-events.ts'
import type { Sender } from './handlers.ts'

type Event = Request<'TransactionEvent'>

/**
 * I02.FR.01, I03.FR.02: what the transaction costs so far, or has cost, in the answer to its event. Whoever was
 * offline then has nobody at its display, so only what settles an ended transaction is computed. The event is stored:
 * no failure here takes its acknowledgement back.
 */
export async function costAnswer(
  context: Context,
  { stationId }: Sender,
  { eventType, offline, transactionInfo }: Event,
  kept: Kept,
): Promise<Pick<Response<'TransactionEvent'>, 'totalCost'>> {
  const running = eventType !== 'Ended' && !kept.over
  if (running && (eventType === 'Started' || offline === true)) return {}
  const { transactionId } = transactionInfo
  try {
    const cost = await context.costs.compute(stationId, transactionId)
    if (cost === undefined) return {}
    const view = context.views.get(stationId)
    if (view !== undefined) view.cost = { transactionId, ...cost }
    return { totalCost: cost.totalCost }
  } catch (cause) {
    context.deps.log.error({ station: stationId, cause }, 'the cost of a transaction is unknown')
    return {}
  }
}
