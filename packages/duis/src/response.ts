import { fromIso, ok, refused, toIso, type Instant, type Outcome } from '@interlock/kernel'
import { parseElements, withoutSignature } from './element.ts'
import { payload, requestId, schemaVersionLeaf } from './leaves.ts'
import type { DuisProblem } from './problems.ts'
import { isResponseCode, type ResponseCode } from './response-codes.ts'
import { schemaVersion, type SchemaVersion } from './services.ts'
import {
  attribute,
  child,
  holding,
  leaf,
  Misshapen,
  optional,
  readAs,
  rootOf,
  struct,
} from './shape.ts'
import type { RequestId } from './values.ts'
import { document } from './write.ts'

/** The data company's answer, always to one request it could read; to others without its id. */
export type ServiceResponse = {
  readonly request?: RequestId
  /** The service request's variant, such as `7.13` or `4.11.1`; it need not be one of ours. */
  readonly service?: string
  readonly code: ResponseCode
  readonly at: Instant
  /** For variant 4: the unsigned pre-command. */
  readonly preCommand?: Uint8Array
  /** Where the command went to the device: the device's own signed response. */
  readonly payload?: Uint8Array
  /** Where it is to be delivered locally: the command with the data company's MAC. */
  readonly localCommand?: Uint8Array
  /** What to know beyond the code, for people and logs. */
  readonly detail?: string
  /** Absent: the one in use, {@link schemaVersion}. */
  readonly schemaVersion?: SchemaVersion
}

type Header = Pick<ServiceResponse, 'request' | 'code' | 'at'>
type MessageBody = {
  readonly reference?: string
  readonly service?: string
  readonly preCommand?: { readonly version: string; readonly payload: Uint8Array }
  readonly payload?: Uint8Array
  readonly localCommand?: Uint8Array
  readonly detail?: string
}
type ResponseDocument = {
  readonly schemaVersion: SchemaVersion
  readonly header: Header
  readonly message: MessageBody
}

const gbcsVersion = '4.1'
const detailCharactersMax = 400

const code = leaf(
  'a response code such as I0 or E65',
  (text) => (isResponseCode(text) ? text : undefined),
  String,
)
const reference = leaf(
  'a service reference such as 7.13 or 4.11.1',
  (text) => (/^\d{1,2}(\.\d{1,2}){1,2}$/.test(text) ? text : undefined),
  String,
)
const version = leaf(
  'a version such as 4.1',
  (text) => (/^\d{1,2}\.\d{1,2}$/.test(text) ? text : undefined),
  String,
)
/** A detail may quote what was received; what XML cannot carry is replaced. */
const detail = leaf(
  'text',
  (text) => text,
  (text) => text.slice(0, detailCharactersMax).replace(/[^\u0020-\u007E]/g, '?'),
)

const responseShape = struct<ResponseDocument>({
  schemaVersion: attribute('schemaVersion', schemaVersionLeaf),
  header: child(
    'Header',
    struct<Header>({
      request: optional('RequestID', requestId),
      code: child('ResponseCode', code),
      at: child('ResponseDateTime', leaf('a date-time', fromIso, toIso)),
    }),
  ),
  message: child(
    'Body',
    holding(
      child(
        'ResponseMessage',
        struct<MessageBody>({
          reference: optional('ServiceReference', reference),
          service: optional('ServiceReferenceVariant', reference),
          preCommand: optional(
            'PreCommand',
            struct<NonNullable<MessageBody['preCommand']>>({
              version: child('GBCSVersion', version),
              payload: child('GBCSPayload', payload),
            }),
          ),
          payload: optional('GBCSPayload', payload),
          // Its name in the standard is in no public source: it is in our name space.
          localCommand: optional('il:CommandForLocalDelivery', payload),
          detail: optional('Detail', detail),
        }),
      ),
    ),
  ),
})

/** The reference of a variant: its first two numbers. */
const referenceOf = (service: string): string => service.split('.').slice(0, 2).join('.')

export function buildResponse(response: ServiceResponse): string {
  const { request, code, at, service, preCommand, payload, localCommand, detail } = response
  const value: ResponseDocument = {
    schemaVersion: response.schemaVersion ?? schemaVersion,
    header: { ...(request && { request }), code, at },
    message: {
      ...(service !== undefined && { reference: referenceOf(service), service }),
      ...(preCommand && { preCommand: { version: gbcsVersion, payload: preCommand } }),
      ...(payload && { payload }),
      ...(localCommand && { localCommand }),
      ...(detail !== undefined && detail !== '' && { detail }),
    },
  }
  return document(rootOf('Response', responseShape, value))
}

/** Reads a response, signed or not; whether it is to be believed is for `openResponse` to judge. */
export function parseResponse(xml: string): Outcome<ServiceResponse, DuisProblem> {
  const root = parseElements(xml)
  if (!root.ok) return root
  try {
    const {
      schemaVersion: version,
      header,
      message,
    } = readAs('Response', responseShape, withoutSignature(root.value))
    const { reference, preCommand, ...rest } = message
    if (reference !== (rest.service && referenceOf(rest.service)))
      return refused('DocumentUnexpected', `ServiceReference: is not that of ${rest.service}`)
    return ok({
      ...header,
      ...rest,
      ...(preCommand && { preCommand: preCommand.payload }),
      ...(version !== schemaVersion && { schemaVersion: version }),
    })
  } catch (error) {
    if (error instanceof Misshapen) return refused('DocumentUnexpected', error.message)
    throw error
  }
}
