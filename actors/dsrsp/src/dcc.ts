import {
  buildRequest,
  parseResponse,
  responseNameOf,
  signDocument,
  type ServiceRequest,
  type ServiceResponse,
} from '@interlock/duis'
import type { HttpClient, Identity } from '@interlock/host'
import { ok, refused, type Crypto, type Outcome } from '@interlock/kernel'
import { fromPem, issuerNameOf } from '@interlock/pki'
import { outcomeOf } from './outcome.ts'

/** The smart-meter data company, as this DSRSP uses it. */
export type Dcc = {
  /** The request as XML, unsigned: what a pre-command is compared with. */
  build(request: ServiceRequest): string
  /** Signs and sends it; a reason names the response code or what was wrong. */
  send(xml: string): Promise<Outcome<ServiceResponse, string>>
}

export function dccClient(http: HttpClient, url: string, identity: Identity, crypto: Crypto): Dcc {
  const signer = {
    key: identity.key,
    issuer: issuerNameOf(fromPem(identity.chainPem, 'CERTIFICATE')[0] ?? new Uint8Array()),
    serialHex: identity.peer.serialHex,
  }
  return {
    build: buildRequest,
    async send(xml) {
      const signed = signDocument(xml, signer, crypto)
      const settings = { type: 'application/xml' }
      const answer = await http.request('POST', `${url}/duis`, signed, settings)
      if (typeof answer.body !== 'string') {
        const outcome = outcomeOf(answer)
        return outcome.ok ? refused('ResponseUnreadable') : outcome
      }
      const response = parseResponse(answer.body)
      if (!response.ok) return refused('ResponseUnreadable', response.reason)
      const { code, detail } = response.value
      return code === 'I0' ? ok(response.value) : refused(responseNameOf(code), detail)
    },
  }
}
