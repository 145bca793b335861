import { correlate } from '@interlock/correlate'
import {
  buildRequest,
  parseResponse,
  responseNameOf,
  signDocument,
  type RequestBody,
  type ServiceResponse,
  type TariffBody,
  type TariffDocumentBody,
  type XmlSigner,
} from '@interlock/duis'
import { signPreCommand } from '@interlock/gbcs'
import type { HttpClient } from '@interlock/host'
import {
  ok,
  refused,
  type Crypto,
  type Eui64,
  type Outcome,
  type PrivateKey,
} from '@interlock/kernel'

export type Publication = {
  readonly http: HttpClient
  /** `https://host:port` of the data company. */
  readonly dcc: string
  readonly organisation: Eui64
  readonly key: PrivateKey
  readonly signer: XmlSigner
  readonly crypto: Crypto
}

/** What went wrong, in the words of whoever found it: the DCC, the correlation, or the network. */
export type PublishOutcome = Outcome<'published', string>

/**
 * Sends one tariff to one meter: asks for the pre-command, compares it with what was asked for,
 * signs it, and sends it back.
 * @throws Fault `PeerUnavailable` when the DCC does not answer.
 */
export async function publishTariff(
  tariff: TariffBody | TariffDocumentBody,
  meter: Eui64,
  counter: bigint,
  parts: Publication,
): Promise<PublishOutcome> {
  const id = { originator: parts.organisation, target: meter, counter }
  const ask = async (commandVariant: 4 | 5, body: RequestBody) => {
    const xml = buildRequest({ ...id, service: '1.1.1', commandVariant, body })
    return { xml, response: await send(signDocument(xml, parts.signer, parts.crypto), parts) }
  }
  const first = await ask(4, tariff)
  if (!first.response.ok) return first.response
  const { preCommand } = first.response.value
  if (preCommand === undefined) return refused('NoPreCommand')
  const matches = correlate(first.xml, preCommand)
  if (!matches.ok) return refused(`Correlation${matches.reason}`, matches.detail)
  const payload = signPreCommand(preCommand, parts.key, parts.crypto)
  const second = await ask(5, { kind: 'signedPreCommand', payload })
  return second.response.ok ? ok('published') : second.response
}

async function send(xml: string, parts: Publication): Promise<Outcome<ServiceResponse, string>> {
  const answer = await parts.http.request('POST', `${parts.dcc}/duis`, xml, {
    type: 'application/xml',
  })
  if (typeof answer.body !== 'string') return refused('NotPermitted', `status ${answer.status}`)
  const response = parseResponse(answer.body)
  if (!response.ok) return refused(response.reason, response.detail)
  const name = responseNameOf(response.value.code)
  return name === 'Accepted' ? response : refused(name, response.value.detail)
}
