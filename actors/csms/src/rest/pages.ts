import { problem, type HttpRequest, type Reply } from '@interlock/host'
import { fromBase64Url, fromUtf8, toBase64Url, utf8 } from '@interlock/kernel'

export const pageLimits = { itemsDefault: 100, itemsMax: 1_000 } as const

/** What `?cursor=…&limit=…` asks for; the cursor is ours and says nothing to anyone else. */
export type Asked = { readonly after: string | undefined; readonly limit: number }

export function askedPage({ query }: Pick<HttpRequest, 'query'>): Asked | Reply {
  const { cursor, limit } = query
  const count = limit === undefined ? pageLimits.itemsDefault : Number(limit)
  if (!Number.isInteger(count) || count < 1 || count > pageLimits.itemsMax)
    return problem('BodyInvalid', `limit is 1 to ${pageLimits.itemsMax}`)
  const after = cursor === undefined ? undefined : readCursor(cursor)
  if (cursor !== undefined && after === undefined) return problem('BodyInvalid', 'cursor')
  return { after, limit: count }
}

export const isReply = (asked: Asked | Reply): asked is Reply => 'status' in asked

/** `items` are one more than asked for when there are more. */
export const page = <Item>(
  items: readonly Item[],
  { limit }: Asked,
  cursorOf: (item: Item) => string,
  show: (item: Item) => unknown,
): Reply => pageOfAll(items.slice(0, limit), items.length > limit, cursorOf, show)

/** `items` are all shown; `more`: there are others after them. */
export function pageOfAll<Item>(
  items: readonly Item[],
  more: boolean,
  cursorOf: (item: Item) => string,
  show: (item: Item) => unknown,
): Reply {
  const last = items.at(-1)
  const next = more && last !== undefined ? makeCursor(cursorOf(last)) : null
  return { status: 200, body: { items: items.map(show), next } }
}

const makeCursor = (text: string): string => toBase64Url(utf8(text))

function readCursor(cursor: string): string | undefined {
  const bytes = fromBase64Url(cursor)
  try {
    const text = bytes === undefined ? undefined : fromUtf8(bytes)
    // No database holds a NUL.
    return text?.includes('\0') === true ? undefined : text
  } catch {
    return undefined
  }
}
