import { fromIso, type Instant } from '@interlock/kernel'
import { CallError, type Handler, type Request } from '@interlock/ocpp'
import { inBackground } from '../background.ts'
import type { Context } from '../context.ts'
import { samplesOf, type Samples } from '../core/samples.ts'
import type { StationView } from '../core/view.ts'
import { idTokenInfo } from './authorize.ts'
import type { Sender } from './handlers.ts'

type Event = Request<'TransactionEvent'>

/** Printable, so that it can be a key in any store. */
const transactionIdPattern = /^[\x21-\x7e]{1,36}$/

/**
 * E01 … E13: durable before it is acknowledged. When it cannot be stored the station gets an error
 * and sends it again; one that comes again is acknowledged and changes nothing.
 */
export const transactionEvent =
  (context: Context, sender: Sender): Handler<'TransactionEvent'> =>
  async (request) => {
    const at = fromIso(request.timestamp)
    const { transactionId } = request.transactionInfo
    if (at === undefined) throw new CallError('PropertyConstraintViolation', 'timestamp')
    if (!transactionIdPattern.test(transactionId))
      throw new CallError('PropertyConstraintViolation', 'transactionId')
    const samples = samplesOf(request.meterValue)
    await store(context, sender, request, at, samples)

    const view = context.views.get(sender.stationId)
    if (view !== undefined) apply(context, view, request, at, samples)
    context.hooks.forward(sender.stationId, 'TransactionEvent', request)
    return request.idToken === undefined
      ? {}
      : { idTokenInfo: idTokenInfo(context, sender, request.idToken) }
  }

async function store(
  context: Context,
  sender: Sender,
  request: Event,
  at: Instant,
  samples: Samples,
): Promise<void> {
  try {
    await context.transactions.add({
      stationId: sender.stationId,
      transactionId: request.transactionInfo.transactionId,
      seqNo: request.seqNo,
      at,
      eventType: request.eventType,
      registerWattHours: samples.registerWattHours,
      message: JSON.stringify(request),
    })
  } catch (cause) {
    context.deps.log.error(
      { station: sender.stationId, cause },
      'a transaction event is not stored',
    )
    throw new CallError('InternalError', 'the event could not be stored; send it again')
  }
}

function apply(
  context: Context,
  view: StationView,
  request: Event,
  at: Instant,
  samples: Samples,
): void {
  if (samples.registerWattHours !== undefined) view.meterWattHours = samples.registerWattHours
  if (samples.powerWatts !== undefined) view.powerWatts = samples.powerWatts
  if (samples.hertz !== undefined) view.hertz = samples.hertz
  const { transactionId, chargingState } = request.transactionInfo
  if (request.eventType === 'Ended') {
    if (view.transaction?.id === transactionId) ended(context, view)
    return
  }
  // An old event that comes late must not bring its transaction back.
  if (view.transaction !== undefined && view.transaction.id !== transactionId) {
    if (at < view.transaction.startedAt) return
  }
  const same = view.transaction?.id === transactionId ? view.transaction : undefined
  view.transaction = {
    id: transactionId,
    startedAt: same?.startedAt ?? at,
    chargingState: chargingState ?? same?.chargingState,
    firstWattHours: same?.firstWattHours ?? samples.registerWattHours,
  }
  if (same === undefined) {
    view.goalFromWattHours ??= samples.registerWattHours
    context.hooks.replan(view.record.stationId)
  }
}

/** The driver's goal and the plan were for this stay. */
function ended(context: Context, view: StationView): void {
  const first = view.transaction?.firstWattHours
  if (first !== undefined && view.meterWattHours !== undefined)
    view.lastTransactionWattHours = view.meterWattHours - first
  view.transaction = undefined
  view.goal = undefined
  view.goalFromWattHours = undefined
  view.schedule = undefined
  view.plan = undefined
  view.powerWatts = 0
  inBackground(context.deps, 'transaction-ended', async () => {
    await context.kept.putGoal(view.record.stationId, undefined)
    await context.kept.putSchedule(view.record.stationId, undefined)
  })
}
