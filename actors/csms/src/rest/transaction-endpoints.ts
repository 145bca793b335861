import { problem, type Endpoint } from '@interlock/host'
import type { CostDocument } from '../core/transaction-cost.ts'
import { transactionDocument } from '../core/transaction-document.ts'
import { eventsOf } from '../costs/costs.ts'
import type { KeptEvents } from '../data/transaction-events.ts'
import { pageOf, TransactionAnswer, TransactionWithEvents } from './answers.ts'
import { withStation, type Api } from './api.ts'
import { askedPage, isReply, page } from './pages.ts'

export const transactionEndpoints = (api: Api): Endpoint[] => [
  {
    method: 'GET',
    url: '/api/v1/stations/:id/transactions',
    roles: ['web'],
    answer: pageOf(TransactionAnswer),
    summary: 'Transactions, the latest first, each made from its events in the order of numbers.',
    handle: withStation(api, async ({ record }, request) => {
      const asked = askedPage(request)
      if (isReply(asked)) return asked
      const before = asked.after === undefined ? undefined : cursorIn(asked.after)
      const kept = await api.context.transactions.ofStation(record.stationId, {
        limit: asked.limit + 1,
        ...(before === undefined ? {} : { before }),
      })
      const costs = await api.context.costs.ofAll(record.stationId, kept)
      const priced = kept.map((each, at) => ({ ...each, cost: costs[at] }))
      return page(priced, asked, cursorOf, documentOf)
    }),
  },
  {
    method: 'GET',
    url: '/api/v1/stations/:id/transactions/:transactionId',
    roles: ['web'],
    answer: TransactionWithEvents,
    summary: 'One transaction with its events, in the order of their numbers.',
    handle: withStation(api, async ({ record }, { params }) => {
      const transactionId = params['transactionId'] ?? ''
      const page = { limit: 1, transactionId }
      const [kept] = await api.context.transactions.ofStation(record.stationId, page)
      if (kept === undefined) return problem('NotFound', `no transaction ${transactionId}`)
      const [cost] = await api.context.costs.ofAll(record.stationId, [kept])
      const events = eventsOf(kept).sort((a, b) => a.seqNo - b.seqNo)
      return { status: 200, body: { ...documentOf({ ...kept, cost }), events } }
    }),
  },
]

const documentOf = (kept: KeptEvents & { readonly cost: CostDocument | undefined }) => ({
  ...transactionDocument(kept.transactionId, eventsOf(kept)),
  cost: kept.cost ?? null,
})

const cursorOf = ({ startedAt, transactionId }: KeptEvents): string =>
  `${startedAt}/${transactionId}`
const cursorIn = (cursor: string) => {
  const [at = '', ...id] = cursor.split('/')
  return { at: Number(at) || 0, transactionId: id.join('/') }
}
