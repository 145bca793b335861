import {
  buildResponse,
  codeOf,
  signDocument,
  type ResponseName,
  type ServiceRequest,
  type ServiceResponse,
  type XmlSigner,
} from '@interlock/duis'
import type { Reply } from '@interlock/host'
import type { Clock, Crypto } from '@interlock/kernel'
import type { Served } from './parts.ts'

type Parts = Pick<ServiceResponse, 'preCommand' | 'payload' | 'localCommand' | 'detail'>

/** As whom, and when, the data company answers. */
export type Replier = {
  readonly signer: XmlSigner
  readonly deps: { readonly clock: Clock; readonly crypto: Crypto }
}

/** A signed document as an HTTP answer. */
export const signedReply = (xml: string, { signer, deps }: Replier): Reply => ({
  status: 200,
  type: 'application/xml; charset=utf-8',
  body: signDocument(xml, signer, deps.crypto),
})

/**
 * A signed DUIS response as an HTTP answer: 200 even for a refusal, as the code says which it is.
 * Refusals are signed too, so that nobody else can have a user believe in one.
 */
function duisReply(
  name: ResponseName,
  replier: Replier,
  request: ServiceRequest | undefined,
  parts: { readonly [Part in keyof Parts]: Parts[Part] | undefined } = {},
): Reply {
  const { preCommand, payload, localCommand, detail } = parts
  const xml = buildResponse({
    code: codeOf(name),
    at: replier.deps.clock.now(),
    ...(request === undefined ? {} : answering(request)),
    ...(preCommand === undefined ? {} : { preCommand }),
    ...(payload === undefined ? {} : { payload }),
    ...(localCommand === undefined ? {} : { localCommand }),
    ...(detail === undefined ? {} : { detail }),
  })
  return signedReply(xml, replier)
}

/** The answer to what was served, whatever became of it. */
export const servedReply = (
  served: Served,
  replier: Replier,
  request: ServiceRequest | undefined,
): Reply =>
  served.ok
    ? duisReply(served.value.name ?? 'Accepted', replier, request, served.value)
    : duisReply(served.reason, replier, request, served)

/** Whom the answer is for, in the schema version that was asked in. */
const answering = ({ originator, target, counter, service, schemaVersion }: ServiceRequest) => ({
  request: { originator, target, counter },
  service,
  ...(schemaVersion === undefined ? {} : { schemaVersion }),
})
