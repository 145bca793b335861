import type { HttpClient } from '@interlock/host'
import { Fault, ok, refused, type Eui64, type Outcome } from '@interlock/kernel'
import type { ProfileName, Subject } from '@interlock/pki'
import { Type } from 'typebox'
import { Value } from 'typebox/value'

export type IssuedCertificate = { readonly serialHex: string; readonly chainPem: string }

/** `Unavailable`: no answer, and what became of the order is not known. */
export type OrderProblem = 'RequestInvalid' | 'IdentityMismatch' | 'NotFound' | 'Unavailable'

/** Orders to the issuing authority. */
export type AuthorityClient = {
  issue(order: {
    profile: ProfileName
    csrPem: string
    subject: Subject
  }): Promise<Outcome<IssuedCertificate, OrderProblem>>
  revoke(order: {
    serialHex: string
    reason: string
    /** Then only a certificate of that organisation. */
    organisation?: Eui64
  }): Promise<Outcome<undefined, OrderProblem>>
  /** The list in force, PEM; unverified. @throws Fault `PeerUnavailable` */
  list(): Promise<string>
}

const Issued = Type.Object({
  serialHex: Type.String({ pattern: '^[0-9a-f]{2,40}$' }),
  chainPem: Type.String({ minLength: 1, maxLength: 32_768 }),
})
const Problem = Type.Object({ reason: Type.String(), detail: Type.Optional(Type.String()) })

export function authorityClient(client: HttpClient, url: string): AuthorityClient {
  const order = async (path: string, body: object): Promise<Outcome<unknown, OrderProblem>> => {
    try {
      const answer = await client.request('POST', `${url}${path}`, body)
      if (answer.status === 200 || answer.status === 201) return ok(answer.body)
      return refused(problemOf(answer.body), wordsOf(answer.status, answer.body))
    } catch (error) {
      if (error instanceof Fault) return refused('Unavailable', error.message)
      throw error
    }
  }
  return {
    async issue(ordered) {
      const answer = await order('/api/v1/issue', ordered)
      if (!answer.ok) return answer
      return Value.Check(Issued, answer.value)
        ? ok(answer.value)
        : refused('Unavailable', 'the answer of the authority is malformed')
    },
    async revoke(ordered) {
      const answer = await order('/api/v1/revoke', ordered)
      return answer.ok ? ok(undefined) : answer
    },
    async list() {
      const { status, body } = await client.request('GET', `${url}/api/v1/crl`)
      return status === 200 && typeof body === 'string' ? body : ''
    },
  }
}

const named = ['NotFound', 'IdentityMismatch'] as const
const problemOf = (body: unknown): OrderProblem =>
  named.find((reason) => Value.Check(Problem, body) && body.reason === reason) ?? 'RequestInvalid'

const wordsOf = (status: number, body: unknown): string =>
  Value.Check(Problem, body) ? `${body.reason}: ${body.detail ?? ''}` : `status ${status}`
