import {
  buildResponse,
  codeOf,
  type ResponseName,
  type ServiceRequest,
  type ServiceResponse,
} from '@interlock/duis'
import type { Reply } from '@interlock/host'
import type { Instant } from '@interlock/kernel'

type Parts = Pick<ServiceResponse, 'preCommand' | 'payload' | 'detail'>

/** A DUIS response as an HTTP answer: 200 even for a refusal, as the code says which it is. */
export function duisReply(
  name: ResponseName,
  at: Instant,
  request: ServiceRequest | undefined,
  parts: { readonly [Part in keyof Parts]: Parts[Part] | undefined } = {},
): Reply {
  const { preCommand, payload, detail } = parts
  const xml = buildResponse({
    code: codeOf(name),
    at,
    ...(request === undefined ? {} : answering(request)),
    ...(preCommand === undefined ? {} : { preCommand }),
    ...(payload === undefined ? {} : { payload }),
    ...(detail === undefined ? {} : { detail }),
  })
  return { status: 200, type: 'application/xml; charset=utf-8', body: xml }
}

/** Whom the answer is for, in the schema version that was asked in. */
const answering = ({ originator, target, counter, service, schemaVersion }: ServiceRequest) => ({
  request: { originator, target, counter },
  service,
  ...(schemaVersion === undefined ? {} : { schemaVersion }),
})
