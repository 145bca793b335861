import { excerpt, ok, refused, type Outcome } from '@interlock/kernel'
import { readBody, writeBody, type RequestBody } from './bodies.ts'
import { parseCommandVariant, type CommandVariant } from './command-variants.ts'
import {
  childrenOf,
  isPlain,
  parseElements,
  textOf,
  withoutSignature,
  type Element,
} from './element.ts'
import type { DuisProblem } from './problems.ts'
import {
  isService,
  namespaces,
  schemaVersion,
  schemaVersions,
  serviceRow,
  type BodyKind,
  type SchemaVersion,
  type Service,
} from './services.ts'
import { Misshapen } from './shape.ts'
import { formatRequestId, parseRequestId, type RequestId } from './values.ts'
import { document, element } from './write.ts'

/** A service request: who to whom with which counter, what, and in which command variant. */
export type ServiceRequest = RequestId & {
  readonly service: Service
  readonly commandVariant: CommandVariant
  readonly body: RequestBody
  /** Absent: the one in use, {@link schemaVersion}; an answer has that of its request. */
  readonly schemaVersion?: SchemaVersion
}

/**
 * The request as XML, not signed yet.
 * @throws TypeError when the body is not the one of its service and command variant: a bug.
 */
export function buildRequest(request: ServiceRequest): string {
  const row = serviceRow(request.service)
  if (!row.variants[request.commandVariant]?.includes(request.body.kind))
    throw new TypeError(`${request.service} has no such body in variant ${request.commandVariant}`)
  return document(
    element(
      'sr:Request',
      { 'xmlns:sr': namespaces.sr, schemaVersion: request.schemaVersion ?? schemaVersion },
      element(
        'sr:Header',
        {},
        element('sr:RequestID', {}, formatRequestId(request)),
        element('sr:CommandVariant', {}, String(request.commandVariant)),
        element('sr:ServiceReference', {}, row.reference),
        element('sr:ServiceReferenceVariant', {}, request.service),
      ),
      element('sr:Body', {}, writeBody(request.body, row.element)),
    ),
  )
}

/** Reads a request, signed or not; the signature is for `openSigned` to judge. */
export function parseRequest(xml: string): Outcome<ServiceRequest, DuisProblem> {
  const root = parseElements(xml)
  if (!root.ok) return root
  const node = root.value
  if (node.namespace !== namespaces.sr || !isPlain(node, 'Request', 'schemaVersion'))
    return refused('DocumentUnexpected', excerpt(`${node.name}: in ${node.namespace}`))
  const version = schemaVersions.find((each) => each === node.attributes.get('schemaVersion'))
  if (version === undefined) {
    const words = `must be one of ${schemaVersions.join(', ')}`
    return refused('DocumentUnexpected', `Request@schemaVersion: ${words}`)
  }
  const parts = childrenOf(withoutSignature(node), 'Header', 'Body')
  const header = parts?.get('Header')
  const body = parts?.get('Body')
  if (header === undefined || body === undefined)
    return refused('DocumentUnexpected', 'Request: must hold Header, Body and a signature')
  const request = readRequest(header, body)
  return request.ok && version !== schemaVersion
    ? ok({ ...request.value, schemaVersion: version })
    : request
}

function readRequest(header: Element, body: Element): Outcome<ServiceRequest, DuisProblem> {
  const fields = childrenOf(
    header,
    'RequestID',
    'CommandVariant',
    'ServiceReference',
    'ServiceReferenceVariant',
  )
  if (fields === undefined)
    return refused('DocumentUnexpected', 'Header: must hold its four elements in order')
  const id = parseRequestId(textOf(fields, 'RequestID'))
  if (id === undefined)
    return refused('RequestIdInvalid', 'RequestID: must be originator, target and counter')
  const service = textOf(fields, 'ServiceReferenceVariant')
  if (!isService(service)) return refused('ServiceUnknown', `ServiceReferenceVariant: ${service}`)
  const row = serviceRow(service)
  if (textOf(fields, 'ServiceReference') !== row.reference)
    return refused('ServiceUnknown', `ServiceReference: is not that of ${service}`)
  const text = textOf(fields, 'CommandVariant')
  const variant = parseCommandVariant(text)
  const kinds = variant && row.variants[variant]
  if (variant === undefined || kinds === undefined)
    return refused('VariantUnknown', `CommandVariant: ${text.slice(0, 20)} of ${service}`)
  const content = readContent(kinds, body, row.element)
  return content.ok ? ok({ ...id, service, commandVariant: variant, body: content.value }) : content
}

function readContent(
  kinds: readonly [BodyKind, ...BodyKind[]],
  body: Element,
  name: string,
): Outcome<RequestBody, DuisProblem> {
  const [node, second] = body.children
  if (node === undefined || second !== undefined || !isPlain(body, 'Body'))
    return refused('BodyInvalid', 'Body: must hold one element')
  try {
    return ok(readBody(kinds, node, name))
  } catch (error) {
    if (error instanceof Misshapen) return refused('BodyInvalid', error.message)
    throw error
  }
}
