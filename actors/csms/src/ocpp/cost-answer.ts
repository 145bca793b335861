import { fromIso } from '@interlock/kernel'
import type { IdTokenInfoType, MessageContentType, Request, Response } from '@interlock/ocpp'
import type { Context } from '../context.ts'
import { costVersionAt } from '../core/cost-tariff.ts'
import { priceNews, tariffMessage } from '../core/tariff-words.ts'
import { inOrder } from '../core/transaction-document.ts'
import type { Computed } from '../costs/costs.ts'
import { shows } from '../costs/display.ts'
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
  event: Event,
  kept: Kept,
): Promise<Pick<Response<'TransactionEvent'>, 'totalCost' | 'updatedPersonalMessage'>> {
  const { eventType, offline, transactionInfo } = event
  const running = eventType !== 'Ended' && !kept.over
  if (running && (eventType === 'Started' || offline === true)) return {}
  const { transactionId } = transactionInfo
  try {
    const computed = await context.costs.compute(stationId, transactionId)
    if (computed === undefined) return {}
    const { cost } = computed
    const view = context.views.get(stationId)
    if (view !== undefined) view.cost = { transactionId, ...cost }
    const news = running ? newsOf(context, computed, event) : undefined
    const told = news !== undefined && (await shows(context, stationId, 'Tariff')) === true
    return { totalCost: cost.totalCost, ...(told ? { updatedPersonalMessage: news } : {}) }
  } catch (cause) {
    context.deps.log.error({ station: stationId, cause }, 'the cost of a transaction is unknown')
    return {}
  }
}

/** I06: whether energy costs something else at this event than at the one before it. */
function newsOf(
  { costs: { tariff } }: Context,
  { cost, events }: Computed,
  { seqNo, timestamp }: Event,
): MessageContentType | undefined {
  const version = tariff?.versions.find((each) => each.version === cost.tariffVersion)
  const before = inOrder(events).findLast((each) => each.seqNo < seqNo)
  const [then, now] = [fromIso(before?.timestamp ?? ''), fromIso(timestamp)]
  return tariff === undefined || version === undefined || then === undefined || now === undefined
    ? undefined
    : priceNews(tariff, version, then, now)
}

/**
 * I01: what it would cost to charge now, for who shows an accepted token at a station that shows tariffs
 * (I01.FR.02). What the token itself says goes before.
 */
export async function tariffFor(
  context: Context,
  { stationId }: Sender,
  { status, personalMessage }: IdTokenInfoType,
): Promise<Pick<IdTokenInfoType, 'personalMessage'>> {
  const { tariff } = context.costs
  const now = context.deps.clock.now()
  const version = tariff === undefined ? undefined : costVersionAt(tariff, now)
  if (tariff === undefined || version === undefined) return {}
  if (status !== 'Accepted' || personalMessage !== undefined) return {}
  const message = tariffMessage(tariff, version, now)
  const told = message !== undefined && (await shows(context, stationId, 'Tariff')) === true
  return told ? { personalMessage: message } : {}
}
