import { fromBase64, ok, refused, toBase64 } from '@interlock/kernel'
import { fromIso, toIso, type Instant, type Outcome } from '@interlock/kernel'
import { isPlain, leaf } from './bodies.ts'
import { childrenOf, parseElements, type Element } from './element.ts'
import type { DuisProblem } from './problems.ts'
import { isResponseCode, type ResponseCode } from './response-codes.ts'
import { isService, namespaces, schemaVersion, serviceRow, type Service } from './services.ts'
import { formatRequestId, parseRequestId, type RequestId } from './values.ts'
import { document, element } from './write.ts'

/** The data company's answer, always to one request it could read; to others without its id. */
export type ServiceResponse = {
  readonly request?: RequestId
  readonly service?: Service
  readonly code: ResponseCode
  readonly at: Instant
  /** For variant 4: the unsigned pre-command. */
  readonly preCommand?: Uint8Array
  /** For variants 1 and 5: the device's own signed response. */
  readonly payload?: Uint8Array
  /** What to know beyond the code, for people and logs. */
  readonly detail?: string
}

const gbcsVersion = '4.1'
const detailCharactersMax = 400

export function buildResponse(response: ServiceResponse): string {
  const { request, service, preCommand, payload, detail } = response
  const message = element(
    'sr:ResponseMessage',
    {},
    service && element('sr:ServiceReference', {}, serviceRow(service).reference),
    service && element('sr:ServiceReferenceVariant', {}, service),
    preCommand &&
      element(
        'sr:PreCommand',
        {},
        element('sr:GBCSVersion', {}, gbcsVersion),
        element('sr:GBCSPayload', {}, toBase64(preCommand)),
      ),
    payload && element('sr:GBCSPayload', {}, toBase64(payload)),
    detail ? element('sr:Detail', {}, printable(detail)) : undefined,
  )
  return document(
    element(
      'sr:Response',
      { 'xmlns:sr': namespaces.sr, schemaVersion },
      element(
        'sr:Header',
        {},
        request && element('sr:RequestID', {}, formatRequestId(request)),
        element('sr:ResponseCode', {}, response.code),
        element('sr:ResponseDateTime', {}, toIso(response.at)),
      ),
      element('sr:Body', {}, message),
    ),
  )
}

/** A detail may quote what was received; what XML cannot carry is replaced. */
const printable = (text: string): string =>
  text.slice(0, detailCharactersMax).replace(/[^\u0020-\u007E]/g, '?')

export function parseResponse(xml: string): Outcome<ServiceResponse, DuisProblem> {
  const root = parseElements(xml)
  if (!root.ok) return root
  const node = root.value
  if (node.namespace !== namespaces.sr || !isPlain(node, 'Response', 'schemaVersion'))
    return refused('DocumentUnexpected', `${node.name} in ${node.namespace}`.slice(0, 200))
  const parts = childrenOf(node, 'Header', 'Body')
  const header = parts?.get('Header')
  const fields = header && childrenOf(header, 'RequestID?', 'ResponseCode', 'ResponseDateTime')
  const body = parts?.get('Body')
  const message = body && childrenOf(body, 'ResponseMessage')?.get('ResponseMessage')
  if (fields === undefined || message === undefined) return refused('DocumentUnexpected')
  const code = leaf(fields, 'ResponseCode')
  const at = fromIso(leaf(fields, 'ResponseDateTime'))
  if (!isResponseCode(code) || at === undefined) return refused('DocumentUnexpected', 'header')
  const request = fields.has('RequestID') ? parseRequestId(leaf(fields, 'RequestID')) : undefined
  if (fields.has('RequestID') && request === undefined) return refused('RequestIdInvalid')
  const content = readMessage(message)
  if (content === undefined) return refused('BodyInvalid')
  return ok({ code, at, ...(request === undefined ? {} : { request }), ...content })
}

type Content = Pick<ServiceResponse, 'service' | 'preCommand' | 'payload' | 'detail'>

function readMessage(message: Element): Content | undefined {
  const parts = childrenOf(
    message,
    'ServiceReference?',
    'ServiceReferenceVariant?',
    'PreCommand?',
    'GBCSPayload?',
    'Detail?',
  )
  if (parts === undefined) return undefined
  const service = leaf(parts, 'ServiceReferenceVariant')
  if (parts.has('ServiceReferenceVariant') && !isService(service)) return undefined
  const inner = parts.get('PreCommand')
  const versioned = inner && childrenOf(inner, 'GBCSVersion', 'GBCSPayload')
  const preCommand = versioned && fromBase64(leaf(versioned, 'GBCSPayload'))
  const payload = parts.has('GBCSPayload') ? fromBase64(leaf(parts, 'GBCSPayload')) : undefined
  if (inner !== undefined && preCommand === undefined) return undefined
  if (parts.has('GBCSPayload') && payload === undefined) return undefined
  const detail = leaf(parts, 'Detail')
  return {
    ...(isService(service) ? { service } : {}),
    ...(preCommand === undefined ? {} : { preCommand }),
    ...(payload === undefined ? {} : { payload }),
    ...(detail === '' ? {} : { detail }),
  }
}
