import { fromIso, type Instant } from '@interlock/kernel'
import {
  CallError,
  type Handler,
  type IdTokenInfoType,
  type IdTokenType,
  type Request,
} from '@interlock/ocpp'
import { inBackground } from '../background.ts'
import type { Context } from '../context.ts'
import { learned } from '../core/facts.ts'
import { note } from '../known.ts'
import { samplesOf, type Samples } from '../core/samples.ts'
import { place } from '../core/running.ts'
import { headAfter } from '../core/transaction-head.ts'
import type { StationView } from '../core/view.ts'
import type { Kept } from '../data/insert-events.ts'
import { idTokenInfo, type Purpose } from './authorize.ts'
import { costAnswer } from './cost-answer.ts'
import type { Sender } from './handlers.ts'
import { learnProfiles } from './profiles-of-transaction.ts'

type Event = Request<'TransactionEvent'>

/** Printable, so that it can be a key in any store. */
const transactionIdPattern = /^[\x21-\x7e]{1,36}$/

/** As far as the store counts. */
const seqNoMax = 2_147_483_647

/**
 * E01 … E13: durable before it is acknowledged. When it cannot be stored the station gets an error
 * and sends it again; one that comes again is acknowledged and changes nothing. A different event under a number that
 * is used already counts as well, and is told.
 */
export const transactionEvent =
  (context: Context, sender: Sender): Handler<'TransactionEvent'> =>
  async (request) => {
    const at = fromIso(request.timestamp)
    const { transactionId } = request.transactionInfo
    if (at === undefined) throw new CallError('PropertyConstraintViolation', 'timestamp')
    if (!transactionIdPattern.test(transactionId))
      throw new CallError('PropertyConstraintViolation', 'transactionId')
    if (request.seqNo < 0 || request.seqNo > seqNoMax)
      throw new CallError('PropertyConstraintViolation', 'seqNo')
    const samples = samplesOf(request.meterValue)
    const kept = await inTurn(context, sender, () => keep(context, sender, request, at, samples))
    await learnProfiles(context, sender.stationId, request)
    context.hooks.forward(sender.stationId, 'TransactionEvent', request)
    const { idToken } = request
    const cost =
      context.costs.tariff === undefined
        ? undefined
        : await costAnswer(context, sender, request, kept)
    return idToken === undefined
      ? { ...cost }
      : { ...cost, idTokenInfo: await infoFor(context, sender, request, idToken) }
  }

const purposeOf = ({ stationId }: Sender, { transactionInfo, evse }: Event): Purpose => ({
  transaction: { stationId, transactionId: transactionInfo.transactionId },
  evseId: evse?.id,
})

/**
 * What was accepted for a transaction is not taken back while it runs: an answer could end a charge at a station that
 * judges nothing, and no ledger would know. Whoever means to end it sends RequestStopTransaction.
 */
async function infoFor(
  context: Context,
  sender: Sender,
  request: Event,
  idToken: IdTokenType,
): Promise<IdTokenInfoType> {
  const { transactionId } = request.transactionInfo
  const transaction = { stationId: sender.stationId, transactionId }
  const info = idTokenInfo(context, sender, idToken, purposeOf(sender, request))
  const runs = context.views.get(sender.stationId)?.running.has(transactionId) === true
  if (runs && info.status === 'Accepted') {
    const tokens = context.accepted.accept(idToken, transaction)
    // It is kept before it is said, so that a restart takes nothing back either.
    if (tokens !== undefined)
      await note(context, sender.stationId, learned('acceptedTokens', transactionId, { tokens }))
  }
  const was = runs && context.accepted.was(idToken, transaction)
  return was ? { ...info, status: 'Accepted' } : info
}

/** C10: a token that is charging is in use until its transaction has ended. */
function useOf(context: Context, view: StationView, { idToken, transactionInfo }: Event): void {
  const { transactionId } = transactionInfo
  const { stationId } = view.record
  const transaction = { stationId, transactionId }
  if (view.running.has(transactionId)) {
    if (idToken !== undefined) context.inUse.begins(idToken, transaction)
    return
  }
  context.inUse.ends(transaction)
  if (context.accepted.ends(transaction))
    inBackground(context.deps, 'accepted-tokens', () =>
      context.known.remove(stationId, 'acceptedTokens', [transactionId]),
    )
}

/** One event of a station after another: what one changes is made of what is known, those before it included. */
async function inTurn(
  { storing }: Context,
  { stationId }: Sender,
  work: () => Promise<Kept>,
): Promise<Kept> {
  for (let before = storing.get(stationId); before !== undefined; before = storing.get(stationId))
    await before.catch(() => undefined)
  const own = work()
  storing.set(stationId, own)
  try {
    return await own
  } finally {
    storing.delete(stationId)
  }
}

async function keep(
  context: Context,
  sender: Sender,
  request: Event,
  at: Instant,
  samples: Samples,
): Promise<Kept> {
  const kept = await store(context, sender, request, at, samples)
  if (kept.as === 'conflicting') sender.conflicts.add(request)
  // In the order of the database, so that after a restart the state is the same.
  const view = context.views.get(sender.stationId)
  if (view !== undefined && kept.as !== 'repeated') {
    if (!kept.over) apply(context, view, request, at, samples)
    useOf(context, view, request)
  }
  return kept
}

async function store(
  context: Context,
  sender: Sender,
  request: Event,
  at: Instant,
  samples: Samples,
): Promise<Kept> {
  const { transactionId } = request.transactionInfo
  const known = context.views.get(sender.stationId)?.running.get(transactionId)
  try {
    return await context.transactions.add({
      stationId: sender.stationId,
      transactionId,
      seqNo: request.seqNo,
      at,
      eventType: request.eventType,
      registerWattHours: samples.registerWattHours,
      message: JSON.stringify(request),
      head: headAfter(known, request, at, samples.registerWattHours),
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
  const { transactionId } = request.transactionInfo
  const placed = place(view, request, at, samples.registerWattHours)
  if (placed === 'over' || placed === 'late') return
  if (samples.registerWattHours !== undefined) view.meterWattHours = samples.registerWattHours
  if (samples.powerWatts !== undefined) view.powerWatts = samples.powerWatts
  if (samples.hertz !== undefined) view.hertz = samples.hertz
  if (placed === 'ends') {
    if (view.transaction?.id === transactionId) ended(context, view)
    return
  }
  const running = view.running.get(transactionId)
  if (running === undefined) return
  // An old transaction that is told late is not the one that runs now.
  const current = view.transaction
  if (current !== undefined && current.id !== transactionId && at < current.startedAt) return
  const fresh = view.transaction?.id !== transactionId
  const { startedAt, chargingState, firstWattHours } = running
  view.transaction = { id: transactionId, startedAt, chargingState, firstWattHours }
  if (!fresh) return
  view.goalFromWattHours ??= samples.registerWattHours
  context.hooks.replan(view.record.stationId)
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
