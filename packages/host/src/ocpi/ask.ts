import { Fault, refused, toHex, type Entropy, type Outcome } from '@interlock/kernel'
import {
  readEnvelope,
  writeHeaders,
  type AskParty,
  type OcpiMethod,
  type Routing,
} from '@interlock/ocpi'
import type { HttpClient, HttpResponse } from '../http-client.ts'

const idBytes = 16

export type OcpiAnswer = Outcome<unknown, string>
export type SentAnswer = OcpiAnswer &
  Pick<HttpResponse, 'headers'> & {
    /** `Status2004` and the like, beside a refusal of HTTP that says so too. */
    readonly said?: string
  }
/** One request to a party, as whoever is registered with it. */
export type OcpiSending = {
  readonly token: string
  readonly method: OcpiMethod
  readonly url: string
  readonly body?: unknown
  /** Absent for versions and credentials. */
  readonly routing?: Routing
}

/**
 * Sends a request. The reason of a refusal is `PeerUnavailable`, `Http404` and the like, or `Status2001`
 * and the like.
 */
export async function sendOcpi(
  http: HttpClient,
  { token, method, url, body, routing }: OcpiSending,
  entropy: Entropy,
): Promise<SentAnswer> {
  const ids = { requestId: newId(entropy), correlationId: newId(entropy) }
  const headers = writeHeaders(ids, token, routing)
  try {
    const answer = await http.request(method, url, body, {
      headers,
      requestId: ids.requestId,
      wantsHeaders: true,
    })
    const envelope = readEnvelope(answer.body)
    if (envelope.ok && answer.status < 300) return { ...envelope, headers: answer.headers ?? {} }
    if (!envelope.ok && envelope.reason !== 'AnswerMalformed' && answer.status < 300)
      return envelope
    const reason = `Http${answer.status}`
    if (envelope.ok || envelope.reason === 'AnswerMalformed') return refused(reason)
    return { ...refused(reason, envelope.detail), said: envelope.reason }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return refused(error.code, error.message)
  }
}

/** The same for the exchange of credentials; `httpOf` reaches one party and nobody else. */
export const askParty =
  (httpOf: (party: string) => HttpClient | undefined, entropy: Entropy): AskParty =>
  async ({ name }, token, method, url, body) => {
    const http = httpOf(name)
    if (http === undefined) return refused('PartyUnknown', name)
    return await sendOcpi(http, { token, method, url, body }, entropy)
  }

const newId = (entropy: Entropy): string => toHex(entropy.bytes(idBytes))

const tokenBytes = 32
/** A credentials token: 32 random bytes, hex. */
export const newCredentialsToken = (entropy: Entropy): string => toHex(entropy.bytes(tokenBytes))
