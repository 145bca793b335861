import { fromBase64, fromUtf8, ok, refused, toBase64, utf8, type Outcome } from '@interlock/kernel'
import { sameCi } from '../fields.ts'

/** A party as it is named on the wire: country and three characters (§4.1.6). */
export type OcpiOwner = { readonly country_code: string; readonly party_id: string }

export const sameOwner = (one: OcpiOwner, other: OcpiOwner): boolean =>
  sameCi(one.country_code, other.country_code) && sameCi(one.party_id, other.party_id)

/** In capitals: for keys. */
export const ownerName = ({ country_code, party_id }: OcpiOwner): string =>
  `${country_code}*${party_id}`.toUpperCase()

/** Names as Node gives them. */
export const ocpiHeaders = {
  authorization: 'authorization',
  requestId: 'x-request-id',
  correlationId: 'x-correlation-id',
  toCountry: 'ocpi-to-country-code',
  toParty: 'ocpi-to-party-id',
  fromCountry: 'ocpi-from-country-code',
  fromParty: 'ocpi-from-party-id',
  total: 'x-total-count',
  limit: 'x-limit',
  link: 'link',
  location: 'location',
} as const

export type HttpHeaders = Readonly<Record<string, string | undefined>>

export type MessageIds = { readonly requestId: string; readonly correlationId: string }
/** Where it goes and whence it comes; modules of configuration have none (§4.1.8). */
export type Routing = { readonly from: OcpiOwner; readonly to: OcpiOwner }

const idPattern = /^[\x21-\x7e]{1,64}$/

/** Reads the two names of a message (§4.2). */
export function readIds(headers: HttpHeaders): Outcome<MessageIds, 'HeaderInvalid'> {
  const [requestId, correlationId] = [
    headers[ocpiHeaders.requestId],
    headers[ocpiHeaders.correlationId],
  ]
  if (requestId === undefined || !idPattern.test(requestId))
    return refused('HeaderInvalid', ocpiHeaders.requestId)
  if (correlationId === undefined || !idPattern.test(correlationId))
    return refused('HeaderInvalid', ocpiHeaders.correlationId)
  return ok({ requestId, correlationId })
}

/** Nobody routes here: what a message says of its way is left out, or is `expected`. */
export function checkRouting(
  headers: HttpHeaders,
  expected: Routing,
): Outcome<undefined, 'HeaderInvalid'> {
  const said: readonly (readonly [string, string])[] = [
    [ocpiHeaders.toCountry, expected.to.country_code],
    [ocpiHeaders.toParty, expected.to.party_id],
    [ocpiHeaders.fromCountry, expected.from.country_code],
    [ocpiHeaders.fromParty, expected.from.party_id],
  ]
  const wrong = said.find(([name, value]) => !sameCi(headers[name] ?? value, value))
  return wrong === undefined ? ok(undefined) : refused('HeaderInvalid', wrong[0])
}

const routingHeaders = ({ from, to }: Routing): Record<string, string> => ({
  [ocpiHeaders.toCountry]: to.country_code,
  [ocpiHeaders.toParty]: to.party_id,
  [ocpiHeaders.fromCountry]: from.country_code,
  [ocpiHeaders.fromParty]: from.party_id,
})

export const writeHeaders = (
  ids: MessageIds,
  token: string,
  routing?: Routing,
): Record<string, string> => ({
  [ocpiHeaders.authorization]: `Token ${toBase64(utf8(token))}`,
  [ocpiHeaders.requestId]: ids.requestId,
  [ocpiHeaders.correlationId]: ids.correlationId,
  ...(routing === undefined ? {} : routingHeaders(routing)),
})

/** A credentials token: printable and without spaces (§4.1.2); short enough for its header. */
export const tokenPattern = '^[\\x21-\\x7e]{16,64}$'
const tokenShape = new RegExp(tokenPattern)

/** The credentials token, which travels in Base64 (§4.1.2). */
export function tokenIn(headers: HttpHeaders): string | undefined {
  const [, encoded] = /^Token (\S{1,128})$/.exec(headers[ocpiHeaders.authorization] ?? '') ?? []
  const bytes = encoded === undefined ? undefined : fromBase64(encoded)
  if (bytes === undefined) return undefined
  try {
    const token = fromUtf8(bytes)
    return tokenShape.test(token) ? token : undefined
  } catch {
    return undefined
  }
}
