import { problem, type Endpoint, type HttpRequest, type Reply } from '@interlock/host'
import { roles } from '@interlock/kernel'
import type { Bills } from './data/bills.ts'
import type { ListArrived, Told } from './data/told.ts'

const limitMax = 100

/** What the provider's own console reads. */
export const restEndpoints = (actor: string, bills: Bills, told: Told): readonly Endpoint[] => [
  {
    method: 'GET',
    url: '/healthz',
    roles,
    handle: () => ({ status: 200, body: { status: 'ok', actor } }),
  },
  {
    method: 'GET',
    url: '/api/v1/bills',
    roles: ['web'],
    summary: 'What was billed, the newest first.',
    handle: (request) => listed(request, bills.bills),
  },
  {
    method: 'GET',
    url: '/api/v1/disputes',
    roles: ['web'],
    summary: 'Records that do not hold, and who has to answer for each, the newest first.',
    handle: (request) => listed(request, bills.disputes),
  },
  {
    method: 'GET',
    url: '/api/v1/told',
    roles: ['web'],
    summary: 'What stations and operators have said by topic, the newest first.',
    handle: (request) => listed(request, told.list),
  },
]

/** A page, and the `before` of the next one. */
async function listed({ query }: HttpRequest, read: ListArrived): Promise<Reply> {
  const { before: text } = query
  if (text !== undefined && !/^\d{1,15}$/.test(text)) return problem('BodyInvalid', 'before')
  const before = text === undefined ? undefined : Number(text)
  return { status: 200, body: await read(limitMax, before) }
}
