import type { Endpoint, HttpRequest, Reply } from '@interlock/host'
import { instant, toIso } from '@interlock/kernel'
import { exchangesOf, type Exchange } from '../history/exchanges.ts'
import { ExchangeAnswer, pageOf } from './answers.ts'
import { withStation, type Api } from './api.ts'
import { askedPage, isReply, page } from './pages.ts'

/** The frames that went over the connections, paired, without secrets. */
export const messageEndpoints = (api: Api): Endpoint[] => [
  {
    method: 'GET',
    url: '/api/v1/stations/:id/messages',
    roles: ['web'],
    answer: pageOf(ExchangeAnswer),
    summary:
      'Calls with their answers, oldest first, secrets taken out. Filters: action, from, failed=true.',
    handle: withStation(api, ({ record }, request) => listed(api, request, record.stationId)),
  },
  {
    method: 'GET',
    url: '/api/v1/messages',
    roles: ['web'],
    answer: pageOf(ExchangeAnswer),
    summary: 'The same for every station; with format=jsonl one message a line, for export.',
    handle: (request) => listed(api, request, request.query['station']),
  },
]

function listed({ context }: Api, request: HttpRequest, stationId: string | undefined): Reply {
  const asked = askedPage(request)
  if (isReply(asked)) return asked
  const { query } = request
  const numbered = exchangesOf(context.history.entries(stationId))
    .filter((each) => fits(each, query))
    .map((exchange) => ({ exchange, name: `${exchange.at}/${exchange.messageId}` }))
  if (query['format'] === 'jsonl')
    return {
      status: 200,
      type: 'application/jsonl',
      body: numbered
        .slice(-exportMax)
        .map((each) => `${JSON.stringify(shown(each.exchange))}\n`)
        .join(''),
    }
  const at = numbered.findIndex((each) => each.name === asked.after)
  const from = asked.after === undefined ? 0 : at + 1
  const rest = numbered.slice(from, from + asked.limit + 1)
  return page(
    rest,
    asked,
    (each) => each.name,
    (each) => shown(each.exchange),
  )
}

const exportMax = 10_000

function fits({ action, from, error, problems }: Exchange, query: HttpRequest['query']): boolean {
  if (query['action'] !== undefined && query['action'] !== action) return false
  if (query['from'] !== undefined && query['from'] !== from) return false
  return query['failed'] !== 'true' || error !== null || problems.length > 0
}

const shown = ({ at, ...exchange }: Exchange) => ({ at: toIso(instant(at)), ...exchange })
