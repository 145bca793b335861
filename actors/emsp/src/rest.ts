import { problem, type Endpoint, type HttpRequest, type Reply } from '@interlock/host'
import { roles } from '@interlock/kernel'
import type { OcpiObjects } from '@interlock/store'
import type { Bills } from './data/bills.ts'
import type { ListArrived, Told } from './data/told.ts'

const limitMax = 100

type Read = {
  readonly bills: Bills
  readonly told: Told
  readonly objects: Pick<OcpiObjects, 'list'>
}

/** What the provider's own console reads. */
export const restEndpoints = (
  actor: string,
  { bills, told, objects }: Read,
): readonly Endpoint[] => [
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
  {
    method: 'GET',
    url: '/api/v1/sessions',
    roles: ['web'],
    summary: 'Sessions of our drivers as operators tell them, those that began last.',
    async handle() {
      const { total } = await objects.list('sessions', { offset: 0, limit: 0 })
      const offset = Math.max(0, total - limitMax)
      const last = await objects.list('sessions', { offset, limit: limitMax })
      return { status: 200, body: { items: last.objects.toReversed(), total } }
    },
  },
]

/** A page, and the `before` of the next one. */
async function listed({ query }: HttpRequest, read: ListArrived): Promise<Reply> {
  const { before: text } = query
  if (text !== undefined && !/^\d{1,15}$/.test(text)) return problem('BodyInvalid', 'before')
  const before = text === undefined ? undefined : Number(text)
  return { status: 200, body: await read(limitMax, before) }
}
