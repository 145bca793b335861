import type { HttpClient } from '@interlock/host'
import { ok, refused, type Outcome } from '@interlock/kernel'
import type { ProfileName, Subject } from '@interlock/pki'
import { Type } from 'typebox'
import { Value } from 'typebox/value'

export type IssuedCertificate = { readonly serialHex: string; readonly chainPem: string }

/** Orders to the issuing authority. Methods throw Fault `PeerUnavailable` when it does not answer. */
export type AuthorityClient = {
  issue(order: {
    profile: ProfileName
    csrPem: string
    subject: Subject
  }): Promise<Outcome<IssuedCertificate, 'OrderRefused'>>
  revoke(serialHex: string, reason: string): Promise<Outcome<undefined, 'OrderRefused'>>
  /** The list in force, PEM; unverified. */
  list(): Promise<string>
}

const Issued = Type.Object({
  serialHex: Type.String({ pattern: '^[0-9a-f]{2,40}$' }),
  chainPem: Type.String({ minLength: 1, maxLength: 32_768 }),
})
const Problem = Type.Object({ reason: Type.String(), detail: Type.Optional(Type.String()) })

export function authorityClient(client: HttpClient, url: string): AuthorityClient {
  const order = (path: string, body: object) => client.request('POST', `${url}${path}`, body)
  return {
    async issue(ordered) {
      const { status, body } = await order('/api/v1/issue', ordered)
      if (status === 201 && Value.Check(Issued, body)) return ok(body)
      return refused('OrderRefused', wordsOf(status, body))
    },
    async revoke(serialHex, reason) {
      const { status, body } = await order('/api/v1/revoke', { serialHex, reason })
      return status === 200 ? ok(undefined) : refused('OrderRefused', wordsOf(status, body))
    },
    async list() {
      const { status, body } = await client.request('GET', `${url}/api/v1/crl`)
      return status === 200 && typeof body === 'string' ? body : ''
    },
  }
}

const wordsOf = (status: number, body: unknown): string =>
  Value.Check(Problem, body) ? `${body.reason}: ${body.detail ?? ''}` : `status ${status}`
