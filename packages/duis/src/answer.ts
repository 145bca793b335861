import { ok, refused, type Crypto, type Eui64, type Outcome } from '@interlock/kernel'
import { variantRow } from './command-variants.ts'
import {
  parseDccAlert,
  parseQuarantineAlert,
  type DccAlert,
  type QuarantineAlert,
} from './dcc-alert.ts'
import type { DuisProblem } from './problems.ts'
import type { ServiceRequest } from './request.ts'
import { responseNameOf, type ResponseName } from './response-codes.ts'
import { parseResponse, type ServiceResponse } from './response.ts'
import { schemaVersion } from './services.ts'
import { openSigned, type KnownSigner } from './signature.ts'
import { formatRequestId, type RequestId } from './values.ts'

/** What an answer is held against; what it carries depends on what was asked for. */
export type Asked = RequestId & Pick<ServiceRequest, 'service' | 'commandVariant' | 'schemaVersion'>

/**
 * Reads the data company's answer to one request. Nothing is read but what the company has signed,
 * and a signed answer to another request, or to the same one in another command variant, is none.
 */
export function openResponse(
  xml: string,
  asked: Asked,
  company: KnownSigner,
  crypto: Crypto,
): Outcome<ServiceResponse, DuisProblem> {
  const response = readSigned(xml, parseResponse, company, crypto)
  if (!response.ok) return response
  const other = mismatchOf(response.value, asked)
  return other === undefined ? response : refused('RequestMismatch', other)
}

/** What the company has signed, as `parse` reads it, and nothing else. */
function readSigned<Read>(
  xml: string,
  parse: (signed: string) => Outcome<Read, DuisProblem>,
  company: KnownSigner,
  crypto: Crypto,
): Outcome<Read, DuisProblem> {
  const signed = openSigned(xml, company, crypto)
  return signed.ok ? parse(signed.value.xml) : signed
}

/** The element by which an answer shows itself to be another's. */
function mismatchOf(response: ServiceResponse, asked: Asked): string | undefined {
  const { code, request, service, preCommand, payload, localCommand } = response
  // Of a request that could not be read the company knows no more than that: never that it is done.
  if (request === undefined) return code.startsWith('E') ? undefined : 'RequestID: is missing'
  if (formatRequestId(request) !== formatRequestId(asked))
    return `RequestID: is ${formatRequestId(request)}`
  if (service !== asked.service) return `ServiceReferenceVariant: is ${service}`
  if ((response.schemaVersion ?? schemaVersion) !== (asked.schemaVersion ?? schemaVersion))
    return `Response@schemaVersion: is ${response.schemaVersion ?? schemaVersion}`
  // Both halves of a critical request have one RequestID; what they are answered with differs.
  const { form, wideArea, local } = variantRow(asked.commandVariant)
  const parts = [
    ['PreCommand', preCommand, form === 'transform'],
    ['GBCSPayload', payload, wideArea],
    ['CommandForLocalDelivery', localCommand, local],
  ] as const
  const extra = parts.find(([, part, wanted]) => part !== undefined && !wanted)
  if (extra !== undefined) return `${extra[0]}: was not asked for`
  if (code !== 'I0') return undefined
  const missing = parts.find(([, part, wanted]) => part === undefined && wanted)
  return missing && `${missing[0]}: is missing`
}

/** Reads the data company's alert about one request that it holds; signed as its answers are. */
export function openQuarantineAlert(
  xml: string,
  about: RequestId,
  company: KnownSigner,
  crypto: Crypto,
): Outcome<QuarantineAlert, DuisProblem> {
  const alert = readSigned(xml, parseQuarantineAlert, company, crypto)
  if (!alert.ok) return alert
  const { request } = alert.value
  return formatRequestId(request) === formatRequestId(about)
    ? alert
    : refused('RequestMismatch', `RequestID: is ${formatRequestId(request)}`)
}

/** Reads what the data company tells of its own accord; only what it has signed, for this user. */
export function openDccAlert(
  xml: string,
  to: Eui64,
  company: KnownSigner & { readonly eui: Eui64 },
  crypto: Crypto,
): Outcome<DccAlert & { readonly id: RequestId }, DuisProblem> {
  const alert = readSigned(xml, parseDccAlert, company, crypto)
  if (!alert.ok) return alert
  const { id } = alert.value
  return id !== undefined && id.originator === company.eui && id.target === to
    ? ok({ ...alert.value, id })
    : refused('RequestMismatch', 'ResponseID: is not from the company to this user')
}

/** The answer where it says that the request is done, and the name of its code where not. */
export function granted(
  response: ServiceResponse,
): Outcome<ServiceResponse, ResponseName | 'CodeUnlisted'> {
  const name = responseNameOf(response.code)
  return name === 'Accepted' ? ok(response) : refused(name, response.detail)
}
