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
import { registersOf, samplesOf, type Samples } from '../core/samples.ts'
import { after, place, runningMax, type Transaction } from '../core/running.ts'
import { headAfter, isNews } from '../core/transaction-head.ts'
import { showTransactions, type StationView } from '../core/view.ts'
import type { Kept } from '../data/insert-events.ts'
import { judgeDriver, lateOf, reportEnd, reportLater } from '../drivers/judge-driver.ts'
import { admittedInfo, idTokenInfo, type Purpose } from './authorize.ts'
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
    // What an event changes is made of what is known, those before it included.
    const kept = await context.storing(sender.stationId, () =>
      keep(context, sender, request, at, samples),
    )
    await learnProfiles(context, sender.stationId, request)
    context.hooks.forward(sender.stationId, 'TransactionEvent', request)
    reportLater(context, sender.stationId, request)
    const { idToken } = request
    const cost =
      context.costs.tariff === undefined
        ? undefined
        : await costAnswer(context, sender, request, kept)
    const info =
      idToken === undefined ? undefined : await infoFor(context, sender, request, idToken)
    // Whose token it is has been found out by now.
    context.hooks.transactionTold(sender.stationId, transactionId)
    return { ...cost, ...(info === undefined ? {} : { idTokenInfo: info }) }
  }

const purposeOf = ({ stationId }: Sender, { transactionInfo, evse }: Event): Purpose => ({
  transaction: { stationId, transactionId: transactionInfo.transactionId },
  evseId: evse?.id,
})

/**
 * What was accepted for a transaction is not taken back while it runs: an answer could end a charge at a station that
 * judges nothing, and no ledger would know. Whoever means to end it sends RequestStopTransaction.
 */
export async function infoFor(
  context: Context,
  sender: Sender,
  request: Event,
  idToken: IdTokenType,
): Promise<IdTokenInfoType> {
  const { transactionId } = request.transactionInfo
  const transaction = { stationId: sender.stationId, transactionId }
  const runs = context.views.get(sender.stationId)?.running.has(transactionId) === true
  const purpose = purposeOf(sender, request)
  // Who has been let in is not asked about again, event by event.
  const info = context.accepted.was(idToken, transaction)
    ? idTokenInfo(context, sender, idToken, purpose)
    : await registeredInfo(context, sender, request, idToken)
  if (runs && info.status === 'Accepted') {
    const tokens = context.accepted.accept(idToken, transaction)
    // It is kept before it is said, so that a restart takes nothing back either.
    if (tokens !== undefined)
      await note(context, sender.stationId, learned('acceptedTokens', transactionId, { tokens }))
  }
  const was = runs && context.accepted.was(idToken, transaction)
  return was ? { ...info, status: 'Accepted' } : info
}

/**
 * One that neither this CSMS nor a provider knows may charge by the register of driver tokens, and one that was misused by
 * it alone: a station may have let it in by what it remembers.
 */
async function registeredInfo(
  context: Context,
  sender: Sender,
  request: Event,
  idToken: IdTokenType,
): Promise<IdTokenInfoType> {
  const admitted = await admittedInfo(context, sender, idToken, purposeOf(sender, request))
  const now = context.deps.clock.now()
  const isMisused = context.misused.of(idToken.idToken, now) !== undefined
  if (admitted.info.status !== 'Unknown' && !isMisused) return admitted.info
  return judgeDriver(context, sender.stationId, idToken, admitted, lateOf(request, now))
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
  reportEnd(context, stationId, context.inUse.ends(transaction))
  if (context.accepted.ends(transaction))
    inBackground(context.deps, 'accepted-tokens', () =>
      context.known.remove(stationId, 'acceptedTokens', [transactionId]),
    )
}

async function keep(
  context: Context,
  sender: Sender,
  request: Event,
  at: Instant,
  samples: Samples,
): Promise<Kept> {
  const { stationId } = sender
  try {
    const view = context.views.get(stationId)
    const known = view && (await knownOf(context, view, request))
    const registers = registersOf(request.meterValue)
    const now = after(known, request, at, registers)
    const kept = await context.transactions.add({
      stationId,
      transactionId: now.transactionId,
      seqNo: request.seqNo,
      at,
      eventType: request.eventType,
      registerWattHours: registers?.highest,
      message: JSON.stringify(request),
      head: headAfter(known, now, request.seqNo),
    })
    if (kept.as === 'conflicting') sender.conflicts.add(request)
    // In the order of the database, so that after a restart the state is the same.
    if (view !== undefined) {
      await learn(context, view, { request, samples, known, now, kept })
      const evse = now.evseId?.value ?? view.record.evse
      context.hooks.metered(stationId, evse, request.meterValue ?? [])
    }
    return kept
  } catch (cause) {
    context.deps.log.error({ station: stationId, cause }, 'a transaction event is not stored')
    throw new CallError('InternalError', 'the event could not be stored; send it again')
  }
}

/** What memory has of the transaction; what it has not, or no longer has, is on file. */
async function knownOf(
  { transactions }: Context,
  view: StationView,
  { eventType, transactionInfo: { transactionId } }: Event,
): Promise<Transaction | undefined> {
  const { running, ended, lastEnded, record } = view
  if (lastEnded?.transactionId === transactionId) return lastEnded
  const known = running.get(transactionId)
  if (known !== undefined) return known
  // Nearly all that begin are new.
  const isNew = eventType === 'Started' && running.size < runningMax && !ended.has(transactionId)
  return isNew ? undefined : await transactions.find(record.stationId, transactionId)
}

type News = {
  readonly request: Event
  readonly samples: Samples
  /** Its transaction before and after it. */
  readonly known: Transaction | undefined
  readonly now: Transaction
  readonly kept: Kept
}

async function learn(context: Context, view: StationView, news: News): Promise<void> {
  const { request, known, now, kept } = news
  const isHeld = view.running.has(now.transactionId) || known?.endedAt !== undefined
  if (kept.as === 'repeated' && isHeld && !isNews(known, now)) return
  if (kept.as === 'repeated' || (kept.over && now.endedAt === undefined)) {
    // Something was kept whose answer was lost, or beside its transaction: what is on file counts.
    const found = await context.transactions.find(view.record.stationId, now.transactionId)
    if (found === undefined) return
    apply(context, view, { ...news, now: found })
  } else if (kept.as === 'kept' || !kept.over) apply(context, view, news)
  useOf(context, view, request)
}

function apply(context: Context, view: StationView, { request, samples, known, now }: News): void {
  const { transactionId, endedAt } = now
  const before = view.transaction?.id
  place(view, now)
  const shown = showTransactions(view)
  const isLate = known?.endedAt !== undefined || request.seqNo < now.seqNo
  const { registerWattHours, powerWatts, hertz } = samples
  if (shown?.transactionId === transactionId) {
    const isRead = !isLate || known?.lastWattHours !== now.lastWattHours
    if (registerWattHours !== undefined && isRead) view.meterWattHours = now.lastWattHours
    if (powerWatts !== undefined && !isLate) view.powerWatts = powerWatts
  }
  if (hertz !== undefined && !isLate) view.hertz = hertz
  if (endedAt !== undefined && before === transactionId) ended(context, view)
  const current = view.transaction?.id
  if (current === undefined || current === before) return
  if (current === transactionId) view.goalFromWattHours ??= registerWattHours
  // One that ran beside it, and is counted by another meter.
  else view.meterWattHours = shown?.lastWattHours
  context.hooks.replan(view.record.stationId)
}

/** The driver's goal and the plan were for this stay. */
function ended(context: Context, view: StationView): void {
  view.goal = undefined
  view.goalFromWattHours = undefined
  view.schedule = undefined
  view.wish = undefined
  view.plan = undefined
  view.powerWatts = 0
  inBackground(context.deps, 'transaction-ended', async () => {
    await context.kept.putGoal(view.record.stationId, undefined)
    await context.kept.putSchedule(view.record.stationId, undefined)
  })
}
