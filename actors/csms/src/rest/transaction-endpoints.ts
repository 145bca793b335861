import { problem, type Endpoint, type HttpRequest, type Reply } from '@interlock/host'
import { instant, toIso } from '@interlock/kernel'
import type { CostDocument } from '../core/transaction-cost.ts'
import { transactionDocument } from '../core/transaction-document.ts'
import type { StationView } from '../core/view.ts'
import { readTransaction, type EventPage } from '../data/kept-events.ts'
import type { KeptTransaction, TransactionPage } from '../data/transaction-events.ts'
import { pageOf, TransactionAnswer, TransactionEventAnswer, TransactionSummary } from './answers.ts'
import { withStation, type Api } from './api.ts'
import { askedPage, isReply, page, pageOfAll } from './pages.ts'

export const transactionEndpoints = (api: Api): Endpoint[] => [
  {
    method: 'GET',
    url: '/api/v1/stations/:id/transactions',
    roles: ['web'],
    answer: pageOf(TransactionSummary),
    summary: 'Transactions, the latest first.',
    handle: withStation(api, (view, request) => listed(api, view, request)),
  },
  {
    method: 'GET',
    url: '/api/v1/stations/:id/transactions/:transactionId',
    roles: ['web'],
    answer: TransactionAnswer,
    summary: 'One transaction, made from its events in the order of their numbers.',
    handle: withStation(api, (view, request) => one(api, view, request)),
  },
  {
    method: 'GET',
    url: '/api/v1/stations/:id/transactions/:transactionId/events',
    roles: ['web'],
    answer: pageOf(TransactionEventAnswer),
    summary: 'Its events with their meter values, in the order of their numbers.',
    handle: withStation(api, (view, request) => events(api, view, request)),
  },
]

async function listed(
  { context }: Api,
  { record: { stationId } }: StationView,
  request: HttpRequest,
): Promise<Reply> {
  const asked = askedPage(request)
  if (isReply(asked)) return asked
  const before = asked.after === undefined ? undefined : transactionIn(asked.after)
  if (asked.after !== undefined && before === undefined) return problem('BodyInvalid', 'cursor')
  const kept = await context.transactions.list(stationId, {
    limit: asked.limit + 1,
    ...(before === undefined ? {} : { before }),
  })
  const ended = kept.filter(({ endedAt }) => endedAt !== undefined)
  const costs = await context.costs.kept(
    stationId,
    ended.map(({ transactionId }) => transactionId),
  )
  const cursorOf = ({ startedAt, transactionId }: KeptTransaction): string =>
    `${startedAt}/${transactionId}`
  return page(kept, asked, cursorOf, (each) => summaryOf(each, costs.get(each.transactionId)))
}

async function one(
  { context: { transactions, costs } }: Api,
  { record: { stationId } }: StationView,
  { params }: HttpRequest,
): Promise<Reply> {
  const transactionId = params['transactionId'] ?? ''
  const kept = await transactions.find(stationId, transactionId)
  if (kept === undefined) return problem('NotFound', `no transaction ${transactionId}`)
  const { events: read, whole } = await readTransaction(transactions, { stationId, transactionId })
  const document = transactionDocument(transactionId, read)
  if (!whole) {
    const body = { ...document, ...summaryOf(kept, undefined), complete: false, truncated: true }
    return { status: 200, body }
  }
  const cost =
    kept.endedAt === undefined
      ? costs.soFar(read)
      : (await costs.kept(stationId, [transactionId])).get(transactionId)
  return { status: 200, body: { ...document, cost: cost ?? null, truncated: false } }
}

async function events(
  { context: { transactions } }: Api,
  { record: { stationId } }: StationView,
  request: HttpRequest,
): Promise<Reply> {
  const asked = askedPage(request)
  if (isReply(asked)) return asked
  const after = asked.after === undefined ? undefined : eventIn(asked.after)
  if (asked.after !== undefined && after === undefined) return problem('BodyInvalid', 'cursor')
  const transactionId = request.params['transactionId'] ?? ''
  const name = { stationId, transactionId }
  const { limit } = asked
  const kept = await transactions.events(name, {
    limit,
    ...(after === undefined ? {} : { after }),
  })
  if (kept.length === 0 && (await transactions.find(stationId, transactionId)) === undefined)
    return problem('NotFound', `no transaction ${transactionId}`)
  return pageOfAll(
    kept,
    kept.at(-1)?.more === true,
    ({ seqNo, content }) => `${seqNo}/${content}`,
    ({ message }) => JSON.parse(message) as object,
  )
}

function summaryOf(kept: KeptTransaction, cost: CostDocument | undefined) {
  const { transactionId, startedAt, endedAt, firstWattHours, lastWattHours } = kept
  return {
    transactionId,
    state: endedAt === undefined ? 'active' : 'ended',
    evseId: kept.evseId?.value ?? null,
    startedAt: toIso(instant(startedAt)),
    endedAt: endedAt === undefined ? null : toIso(instant(endedAt)),
    chargingState: kept.chargingState?.value ?? null,
    idToken: kept.begunWith?.value ?? null,
    firstWattHours: firstWattHours ?? null,
    lastWattHours: lastWattHours ?? null,
    cost: cost ?? null,
  }
}

function transactionIn(cursor: string): TransactionPage['before'] {
  const [, at, transactionId] = /^(-?\d{1,16})\/(.+)$/s.exec(cursor) ?? []
  return at === undefined || transactionId === undefined
    ? undefined
    : { at: Number(at), transactionId }
}

function eventIn(cursor: string): EventPage['after'] {
  const [, seqNo, content] = /^(\d{1,10})\/([0-9a-f]*)$/.exec(cursor) ?? []
  return seqNo === undefined || content === undefined || Number(seqNo) > 2_147_483_647
    ? undefined
    : { seqNo: Number(seqNo), content }
}
