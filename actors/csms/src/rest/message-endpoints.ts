import { problem, type Endpoint, type HttpRequest, type Reply } from '@interlock/host'
import { instant, toIso } from '@interlock/kernel'
import { pairing, type Exchange } from '../history/exchanges.ts'
import type { Entry } from '../history/history.ts'
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

async function listed(
  { context }: Api,
  request: HttpRequest,
  stationId: string | undefined,
): Promise<Reply> {
  const asked = askedPage(request)
  if (isReply(asked)) return asked
  const { query } = request
  const isExport = query['format'] === 'jsonl'
  const after = asked.after === undefined ? -1 : numberIn(asked.after)
  if (after === undefined) return problem('BodyInvalid', 'cursor')
  // Answers to calls of the page before are paired with them, and are no items of this one.
  const from = isExport ? -1 : Math.max(-1, after - entriesAhead)
  const entries = context.history.entries({ stationId, after: from })
  const most = isExport ? Infinity : asked.limit
  const wanted = (each: Exchange): boolean => (isExport || each.number > after) && fits(each, query)
  const exchanges = (await paired(entries, most, wanted)).filter(wanted)
  if (isExport)
    return {
      status: 200,
      type: 'application/jsonl',
      body: exchanges
        .slice(-exportMax)
        .map((each) => `${JSON.stringify(shown(each))}\n`)
        .join(''),
    }
  return page(exchanges.slice(0, asked.limit + 1), asked, ({ number }) => String(number), shown)
}

const numberIn = (cursor: string): number | undefined =>
  /^\d{1,15}$/.test(cursor) ? Number(cursor) : undefined

const exportMax = 10_000
/** Read at one go; then everybody else has a turn. */
const entriesAtOnce = 500
/** Read on for answers, once there are calls enough. */
const entriesAhead = 2_000

async function paired(
  entries: Iterable<Entry>,
  most: number,
  wanted: (exchange: Exchange) => boolean,
): Promise<readonly Exchange[]> {
  const pairs = pairing()
  let looked = 0
  let found = 0
  let ahead = 0
  let read = 0
  for (const entry of entries) {
    pairs.take(entry)
    if (++read % entriesAtOnce === 0) await new Promise((resolve) => setImmediate(resolve))
    // Whether it failed is known when its answer is; then those that did not are not counted yet.
    for (; looked < pairs.exchanges.length; looked++)
      if (wanted(pairs.exchanges[looked] as Exchange)) found += 1
    if (found > most && ++ahead > entriesAhead) break
  }
  return pairs.exchanges
}

function fits({ action, from, error, problems }: Exchange, query: HttpRequest['query']): boolean {
  if (query['action'] !== undefined && query['action'] !== action) return false
  if (query['from'] !== undefined && query['from'] !== from) return false
  return query['failed'] !== 'true' || error !== null || problems.length > 0
}

const shown = ({ number: _number, at, ...exchange }: Exchange) => ({
  at: toIso(instant(at)),
  ...exchange,
})
