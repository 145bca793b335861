import type { ClientRequest, IncomingMessage } from 'node:http'
import { request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'
import { limits } from '@interlock/contract'
import { Fault, parseJson, type Activity, type Eui64, type Role } from '@interlock/kernel'
import type { Running } from './deps.ts'
import { readEvents } from './http-event-reader.ts'
import { lineKey } from './http-lines-in-flight.ts'
import { readLines } from './http-line-reader.ts'
import { idleConnectionMillisMax, requestIdHeader } from './http-server.ts'
import { textsIn } from './http-shape.ts'
import type { Identity } from './identity.ts'
import { clientTls, type Trust } from './tls.ts'
import { TrustingAgent } from './trusting-agent.ts'

export type HttpResponse = {
  readonly status: number
  /** Parsed where it is JSON, text otherwise. */
  readonly body: unknown
  /** Those with one value, names in small letters; where `wantsHeaders`. */
  readonly headers?: Readonly<Record<string, string>>
}

export type RequestSettings = {
  /** Content type of a body that is text. */
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
  /** What `x-request-id` says, where the request is signed with it; else one is made up. */
  readonly requestId?: string
  /** Of the answer. */
  readonly wantsHeaders?: true
}

export type HttpClient = {
  /** @throws Fault `PeerUnavailable` on a network failure, a timeout or an answer out of bounds. */
  request(
    method: string,
    url: string,
    body?: unknown,
    settings?: RequestSettings,
  ): Promise<HttpResponse>
  /** Server-sent events. `onClose` is called once, also when the stream never opened. */
  events(url: string, onEvent: (event: unknown) => void, onClose?: () => void): Running
  /** Lines of JSON, one when the last has been dealt with, until `signal`; Faults of `readLines`. */
  lines(url: string, signal: AbortSignal): AsyncIterable<unknown>
  close(): Promise<void>
}

export type HttpClientOptions = {
  readonly identity?: Identity
  readonly trust: Trust
  readonly activity: Activity
  readonly timeoutMillis?: number
  /** How long a connection is kept that nothing uses. */
  readonly idleMillisMax?: number
  /** The role that the server's certificate must name. */
  readonly expectRole?: Role
  /** The organisation that it must name. */
  readonly expectOrganisation?: Eui64
}

export function httpClient(options: HttpClientOptions): HttpClient {
  const tls = clientTls(options.identity, options.trust)
  const agent = new TrustingAgent(
    {
      ...tls,
      keepAlive: true,
      timeout: options.idleMillisMax ?? idleMillisMax,
      maxSockets: socketsMax,
      maxCachedSessions: 0,
    },
    options.trust,
    { role: options.expectRole, organisation: options.expectOrganisation },
  )
  const streams = new Set<Running>()
  const timeoutMillis = options.timeoutMillis ?? limits.httpTimeoutMillis

  const open = (method: string, url: URL, settings: object): ClientRequest =>
    url.protocol === 'https:'
      ? requestTls(url, { method, agent, ...settings })
      : requestPlain(url, { method, agent: false, ...settings })

  return {
    async request(method, url, body, settings = {}) {
      const id = settings.requestId ?? crypto.randomUUID()
      const done = options.activity.begin(`http/${id}`)
      try {
        const { payload, type } = encode(body, settings.type)
        const headers = {
          ...settings.headers,
          [requestIdHeader]: id,
          ...(type === undefined ? {} : { 'content-type': type }),
          'content-length': Buffer.byteLength(payload),
        }
        const signal = AbortSignal.timeout(timeoutMillis)
        const answer = await exchange(open(method, new URL(url), { headers, signal }), payload)
        const { headers: told, ...rest } = answer
        return settings.wantsHeaders === true ? { ...rest, headers: told } : rest
      } catch (cause) {
        throw unavailable(method, url, cause)
      } finally {
        done()
      }
    },
    events(url, onEvent, onClose = () => {}) {
      const request = open('GET', new URL(url), { headers: { accept: 'text/event-stream' } })
      const stream = readEvents(request, onEvent, () => {
        streams.delete(stream)
        onClose()
      })
      streams.add(stream)
      return stream
    },
    lines(url, signal) {
      const stream = crypto.randomUUID()
      const request = open('GET', new URL(url), { headers: { [requestIdHeader]: stream } })
      let taken = 0
      return readLines(request, signal, () => options.activity.end(lineKey(stream, ++taken)))
    },
    async close() {
      await Promise.all([...streams].map((stream) => stream.close()))
      agent.destroy()
    },
  }
}

const socketsMax = 64
/**
 * Half of what the server keeps an idle connection: a request on one that the server is just closing
 * would be lost, and nobody could say whether it was carried out.
 */
const idleMillisMax = idleConnectionMillisMax / 2

function encode(body: unknown, type: string | undefined): { payload: string; type?: string } {
  if (body === undefined) return { payload: '' }
  if (typeof body === 'string') return { payload: body, type: type ?? 'text/plain' }
  return { payload: JSON.stringify(body), type: type ?? 'application/json' }
}

/** Sends what is asked and reads the answer, which has a limit. */
export function exchange(request: ClientRequest, payload: string): Promise<Required<HttpResponse>> {
  return new Promise((resolve, reject) => {
    request.on('error', reject)
    request.on('response', (response) => {
      collect(response).then((text) => resolve(decode(response, text)), reject)
    })
    request.end(payload)
  })
}

async function collect(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > limits.answerBytesMax) throw new Error('the answer is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function decode(response: IncomingMessage, text: string): Required<HttpResponse> {
  const status = response.statusCode ?? 0
  const headers = textsIn(response.headers)
  const type = headers['content-type'] ?? ''
  if (!/^application\/([a-z.]+\+)?json\b/.test(type)) return { status, headers, body: text }
  const parsed = parseJson(text, limits.jsonDepthMax)
  if (!parsed.ok) throw new Error(`the answer is not JSON: ${parsed.reason}`)
  return { status, headers, body: parsed.value }
}

function unavailable(method: string, url: string, cause: unknown): Fault {
  const why = cause instanceof Error ? cause.message : String(cause)
  const { host } = new URL(url)
  return new Fault('PeerUnavailable', `${method} ${host}: ${why}`, {
    cause,
    remedy: 'check that the peer runs, that it is reachable and that both trust the same root',
  })
}
