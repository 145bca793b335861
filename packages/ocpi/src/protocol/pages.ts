import { ok, refused, type Instant, type Outcome } from '@interlock/kernel'
import { ocpiTime } from '../fields.ts'
import { ocpiHeaders, type HttpHeaders } from './headers.ts'

/** What part of a list is wanted (§4.1.4.1). */
export type AskedPage = {
  readonly offset: number
  readonly limit: number
  /** Last updated then or later. */
  readonly from?: Instant
  /** Last updated before then. */
  readonly to?: Instant
  /** Behind that mark, which a page before has named; `offset` is none then. */
  readonly after?: number
}

/** Where the next page begins: behind that mark; `null` where there is none. Marks rise from object to object. */
export type NextMark = number | null

/** Most objects of one answer, whatever is asked for. */
export const pageLimitMax = 100
const offsetMax = 1_000_000_000

type Query = Readonly<Record<string, string>>

/** Reads the parameters that every list has. */
export function askedPage(query: Query): Outcome<AskedPage, 'PageInvalid'> {
  const offset = wholeIn(query['offset'] ?? '0')
  const limit = wholeIn(query['limit'] ?? String(pageLimitMax))
  const after = query['after'] === undefined ? undefined : markIn(query['after'])
  if (query['after'] !== undefined && after === undefined) return refused('PageInvalid', 'after')
  if (offset === undefined) return refused('PageInvalid', 'offset')
  if (limit === undefined || limit === 0) return refused('PageInvalid', 'limit')
  const page = { offset, limit: Math.min(limit, pageLimitMax) }
  const { date_from: fromText, date_to: toText } = query
  const from = fromText === undefined ? undefined : ocpiTime(fromText)
  const to = toText === undefined ? undefined : ocpiTime(toText)
  if (fromText !== undefined && from === undefined) return refused('PageInvalid', 'date_from')
  if (toText !== undefined && to === undefined) return refused('PageInvalid', 'date_to')
  return ok({
    ...page,
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(after !== undefined && { after }),
  })
}

const markIn = (text: string): number | undefined =>
  /^\d{1,15}$/.test(text) ? Number(text) : undefined

function wholeIn(text: string): number | undefined {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : undefined
  return value !== undefined && value <= offsetMax ? value : undefined
}

/**
 * How many there are, how many an answer has at most, and where the next ones are (§4.1.4.2). A list that gives a mark is
 * read on from there, so that nothing is lost or comes twice when an object of a page before has changed meanwhile.
 */
export function pageHeaders(
  url: string,
  query: Query,
  { offset, limit }: AskedPage,
  total: number,
  mark?: NextMark,
): Record<string, string> {
  const next = offset + limit
  const isMore = mark === undefined ? next < total : mark !== null
  const filters = Object.entries(query).filter(([name]) => !positions.has(name))
  const words = new URLSearchParams([
    mark === undefined ? ['offset', String(next)] : ['after', String(mark)],
    ['limit', String(limit)],
    ...filters,
  ])
  return {
    [ocpiHeaders.total]: String(total),
    [ocpiHeaders.limit]: String(pageLimitMax),
    ...(isMore ? { [ocpiHeaders.link]: `<${url}?${words.toString()}>; rel="next"` } : {}),
  }
}
const positions = new Set(['offset', 'limit', 'after'])

/** Address of the next page, where there is one. */
export const nextPage = (headers: HttpHeaders): string | undefined =>
  /<([^<>\s]{1,2048})>\s*;\s*rel="next"/.exec(headers[ocpiHeaders.link] ?? '')?.[1]
