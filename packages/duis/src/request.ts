import { ok, refused, type Outcome } from '@interlock/kernel'
import { isPlain, leaf, readBody, writeBody, type RequestBody } from './bodies.ts'
import { childrenOf, parseElements, type Element } from './element.ts'
import type { DuisProblem } from './problems.ts'
import {
  commandVariants,
  isService,
  namespaces,
  schemaVersion,
  serviceRow,
  type CommandVariant,
  type Service,
} from './services.ts'
import { formatRequestId, parseRequestId, type RequestId } from './values.ts'
import { document, element } from './write.ts'

/** A service request: who to whom with which counter, what, and in which command variant. */
export type ServiceRequest = RequestId & {
  readonly service: Service
  readonly commandVariant: CommandVariant
  readonly body: RequestBody
}

/**
 * The request as XML, not signed yet.
 * @throws TypeError when the body is not the one of its service and command variant: a bug.
 */
export function buildRequest(request: ServiceRequest): string {
  const row = serviceRow(request.service)
  if (row.variants[request.commandVariant] !== request.body.kind)
    throw new TypeError(`${request.service} has no such body in variant ${request.commandVariant}`)
  return document(
    element(
      'sr:Request',
      { 'xmlns:sr': namespaces.sr, schemaVersion },
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

/** Reads a request, signed or not; the signature is for `verifySigned` to judge. */
export function parseRequest(xml: string): Outcome<ServiceRequest, DuisProblem> {
  const root = parseElements(xml)
  if (!root.ok) return root
  const node = root.value
  if (node.namespace !== namespaces.sr || !isPlain(node, 'Request', 'schemaVersion'))
    return refused('DocumentUnexpected', `${node.name} in ${node.namespace}`.slice(0, 200))
  const parts = childrenOf(withoutSignature(node), 'Header', 'Body')
  const header = parts?.get('Header')
  const body = parts?.get('Body')
  if (header === undefined || body === undefined) return refused('DocumentUnexpected')
  return readRequest(header, body)
}

function readRequest(header: Element, body: Element): Outcome<ServiceRequest, DuisProblem> {
  const fields = childrenOf(
    header,
    'RequestID',
    'CommandVariant',
    'ServiceReference',
    'ServiceReferenceVariant',
  )
  if (fields === undefined) return refused('DocumentUnexpected', 'header')
  const id = parseRequestId(leaf(fields, 'RequestID'))
  if (id === undefined) return refused('RequestIdInvalid')
  const service = leaf(fields, 'ServiceReferenceVariant')
  const variant = commandVariants.find((each) => String(each) === leaf(fields, 'CommandVariant'))
  if (!isService(service) || variant === undefined) return refused('ServiceUnknown', service)
  const row = serviceRow(service)
  const kind = row.variants[variant]
  if (kind === undefined || leaf(fields, 'ServiceReference') !== row.reference)
    return refused('ServiceUnknown', `${service} variant ${variant}`)
  const node = body.children[0]
  const inside = body.children.length === 1 && node?.namespace === namespaces.sr
  const content = inside && isPlain(body, 'Body') ? readBody(kind, node, row.element) : undefined
  if (content === undefined) return refused('BodyInvalid', service)
  return ok({ ...id, service, commandVariant: variant, body: content })
}

/** Leaves out a signature that is the last child; anywhere else it is an unexpected element. */
function withoutSignature(node: Element): Element {
  const last = node.children.at(-1)
  const signed = last?.namespace === namespaces.ds && last.name === 'Signature'
  return signed ? { ...node, children: node.children.slice(0, -1) } : node
}
