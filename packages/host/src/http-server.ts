import { createServer as createPlainServer } from 'node:http'
import { createServer } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { limits, type ServerRefusal } from '@interlock/contract'
import { assert, Fault, parseJson, type Activity, type Eui64, type Role } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import {
  fastify,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RawServerDefault,
} from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { ListenConfig } from './config.ts'
import type { Running } from './deps.ts'
import { createEventStreams, type Subscribe } from './http-events.ts'
import { linesInFlight } from './http-lines-in-flight.ts'
import { sendLines } from './http-lines.ts'
import { problem, type Reply } from './http-problem.ts'
import { problemOf, textsIn, textsOf } from './http-shape.ts'
import type { KeyPair } from './identity.ts'
import type { Log } from './log.ts'
import { handshakeMillisMax, peerOn, serverTls, type Trust } from './tls.ts'

export type HttpRequest = {
  readonly peer: Peer
  /** As it came: neither decoded nor with its query. */
  readonly path: string
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  /** The `Idempotency-Key` header, where one was sent. */
  readonly idempotencyKey?: string
  /** Those with one value; names in small letters. */
  readonly headers: Readonly<Record<string, string>>
  /** Parsed and, where the endpoint has a schema, of its shape. Text where it takes XML or text. */
  readonly body: unknown
}

/** One row per route: who may call it and what it takes. */
export type Endpoint = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly roles: readonly Role[]
  readonly body?: TSchema
  /** Where it may be larger than `limits.bodyBytesMax`. */
  readonly bodyBytesMax?: number
  /** `jsonText`: JSON as it travels, unparsed, for whoever verifies a signature over it. */
  readonly contentType?: 'json' | 'xml' | 'jsonText'
  /** What it answers when it is done, for the interface's description. */
  readonly answer?: TSchema
  /** One sentence for the interface's description. */
  readonly summary?: string
  readonly handle: (request: HttpRequest) => Promise<Reply> | Reply
}

/** What is asked at a door for whoever knocks. */
export type UnprovenRequest = Pick<HttpRequest, 'query' | 'body'> & {
  /** Where the connection comes from. */
  readonly address: string
}

/** A door for whoever knocks: who that is, its handler finds out by what the body proves, or does not ask. */
export type UnprovenEndpoint = {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly body?: TSchema
  readonly handle: (request: UnprovenRequest) => Promise<Reply> | Reply
}

/** A door that answers with lines of JSON for as long as its client reads them. */
export type LineEndpoint = Pick<Endpoint, 'url' | 'roles' | 'summary'> & {
  /** A refusal, or what is sent until `signal`. */
  readonly open: (request: HttpRequest, signal: AbortSignal) => Reply | AsyncIterable<object>
}

export type HttpServer = Running & {
  readonly app: FastifyInstance
  /** Every method and path that is answered, streams too: `GET /healthz`. */
  readonly doors: readonly string[]
  route(endpoint: Endpoint): void
  /** On a server that asks for no certificates. */
  unproven(endpoint: UnprovenEndpoint): void
  /** @returns the port; Fault `PortTaken` when it is not free. */
  listen(): Promise<number>
  /** Each line is sent when the one before was taken. */
  lines(endpoint: LineEndpoint): void
  /** A stream of server-sent events. */
  events(url: string, roles: readonly Role[], subscribe: Subscribe): void
}

export type HttpServerOptions = {
  readonly name: string
  readonly listen: ListenConfig
  readonly identity?: KeyPair
  readonly trust: Trust
  readonly activity: Activity
  readonly log: Log
  /** Where false, no route of the table can be called, only `unproven` ones and those of `app`. */
  readonly clientCertificates?: boolean
  readonly connectionsMax?: number
  /** HTTP without TLS, on loopback only. */
  readonly plain?: boolean
  readonly ownedBy?: Ownership
}

/** Every door of the server is for this organisation alone, but for those named. */
export type Ownership = {
  readonly organisation: Eui64
  /** Of the server's `doors`, those that certificates of other organisations open as well. */
  readonly openDoors: readonly string[]
}

/** The header that names a request, so that its handling can be found in flight. */
export const requestIdHeader = 'x-request-id'

// eslint-disable-next-line typescript/require-await -- asynchronous by contract, as every opening is
export async function openHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { trust, activity, log, ownedBy } = options
  const app = createApp(options)
  const doors: string[] = []
  app.addHook('onRoute', ({ method, url }) => {
    // Fastify adds a HEAD to each GET, with the same checks.
    for (const each of [method].flat()) if (each !== 'HEAD') doors.push(`${each} ${url}`)
  })
  const streams = createEventStreams()
  const openLines = new Set<AbortController>()
  const peers = new WeakMap<FastifyRequest, Peer>()

  /** Runs before the body is read. */
  const admit =
    (door: string, roles: readonly Role[]) =>
    async (request: FastifyRequest, reply: FastifyReply) => {
      const refusal = (reason: ServerRefusal, detail?: string) => {
        log.warn({ url: request.url, reason, detail }, 'request refused')
        // The unread body would otherwise be taken for the next request.
        void reply.header('connection', 'close')
        return answer(reply, problem(reason, detail))
      }
      if (options.plain === true) return refusal('NotAuthenticated', 'no TLS here')
      const peer = peerOn(request.raw.socket as TLSSocket, trust)
      if (!peer.ok) return refusal(peer.reason, peer.detail)
      const { role, organisation } = peer.value
      if (!roles.includes(role))
        return refusal(
          'NotPermitted',
          `for ${roles.join(', ')}; the certificate is of role ${role}`,
        )
      const foreign = ownedBy !== undefined && ownedBy.organisation !== organisation
      if (foreign && !ownedBy.openDoors.includes(door))
        return refusal('NotPermitted', `of role ${role}, and of another organisation`)
      peers.set(request, peer.value)
      return undefined
    }

  /** What a door is asked, or the refusal of what no door takes. */
  const askedIn = (request: FastifyRequest): HttpRequest | Reply => {
    const peer = peers.get(request)
    if (peer === undefined) return problem('NotAuthenticated')
    const query = textsOf(request.query)
    if (query === undefined) return problem('BodyInvalid', 'a repeated parameter')
    const params = textsOf(request.params) ?? {}
    // No database holds one, and no name has one.
    if ([...Object.values(query), ...Object.values(params)].some((text) => text.includes('\0')))
      return problem('BodyInvalid', 'a NUL')
    const key = request.headers['idempotency-key']
    const named = typeof key === 'string' ? { idempotencyKey: key } : {}
    return {
      peer,
      path: request.url.split('?', 1)[0] ?? '',
      params,
      query,
      headers: textsIn(request.headers),
      body: request.body,
      ...named,
    }
  }

  const route = (endpoint: Endpoint): void => {
    const shape = endpoint.body === undefined ? undefined : Compile(endpoint.body)
    const work = async (request: FastifyRequest, reply: FastifyReply) => {
      const invalid = shape && problemOf(shape, request.body)
      if (invalid !== undefined) return answer(reply, invalid)
      const asked = askedIn(request)
      if ('status' in asked) return answer(reply, asked)
      return answer(reply, await endpoint.handle(asked))
    }
    app.route({
      method: endpoint.method,
      url: endpoint.url,
      ...(endpoint.bodyBytesMax !== undefined && { bodyLimit: endpoint.bodyBytesMax }),
      onRequest: admit(`${endpoint.method} ${endpoint.url}`, endpoint.roles),
      config: { [unparsed]: endpoint.contentType === 'jsonText' },
      preHandler: async (request, reply) => {
        const xml = endpoint.contentType === 'xml'
        const text = xml || endpoint.contentType === 'jsonText'
        if (request.body === undefined || text === (typeof request.body === 'string')) return
        return answer(reply, problem('BodyInvalid', `expected ${xml ? 'XML' : 'JSON'}`))
      },
      handler: (request, reply) => within(activity, request, () => work(request, reply)),
    })
  }

  const unproven = ({ method, url, body, handle }: UnprovenEndpoint): void => {
    assert(options.clientCertificates === false, 'a server that asks for certificates has none')
    const shape = body === undefined ? undefined : Compile(body)
    const work = async (request: FastifyRequest, reply: FastifyReply) => {
      const query = textsOf(request.query)
      const invalid =
        query === undefined
          ? problem('BodyInvalid', 'a repeated parameter')
          : shape && problemOf(shape, request.body)
      if (query === undefined || invalid !== undefined)
        return answer(reply, invalid ?? problem('BodyInvalid'))
      return answer(reply, await handle({ body: request.body, query, address: request.ip }))
    }
    app.route({
      method,
      url,
      handler: (request, reply) => within(activity, request, () => work(request, reply)),
    })
  }

  const lines = ({ url, roles, open }: LineEndpoint): void => {
    app.get(url, { onRequest: admit(`GET ${url}`, roles) }, (request, reply) => {
      const asked = askedIn(request)
      if ('status' in asked) return answer(reply, asked)
      const stop = new AbortController()
      const source = open(asked, stop.signal)
      if ('status' in source) return answer(reply, source)
      openLines.add(stop)
      const permittedLines = permitted(source, request.raw.socket as TLSSocket)
      return sendLines(reply, linesInFlight(permittedLines, requestIdOf(request), activity), stop)
        .catch((error: unknown) => log.warn({ url, error }, 'a stream broke'))
        .finally(() => openLines.delete(stop))
    })
  }
  async function* permitted(source: AsyncIterable<object>, socket: TLSSocket) {
    for await (const each of source) {
      if (!peerOn(socket, trust).ok) return
      yield each
    }
  }

  return {
    app,
    doors,
    route,
    unproven,
    lines,
    async listen() {
      await listenOn(app, options.listen)
      return portOf(app)
    },
    events(url, roles, subscribe) {
      app.get(url, { onRequest: admit(`GET ${url}`, roles) }, (request, reply) => {
        const permitted = () => peerOn(request.raw.socket as TLSSocket, trust).ok
        if (!streams.open(reply, subscribe, permitted))
          void answer(reply, problem('Unavailable', 'too many'))
      })
    },
    async close() {
      streams.close()
      for (const stop of openLines) stop.abort()
      const server = app.server
      const ended = app.close()
      const timer = setTimeout(() => server.closeAllConnections(), closeMillisMax)
      await ended
      clearTimeout(timer)
    },
  }
}

/** Requests under way may finish, for so long. */
const closeMillisMax = 2_000
const connectionsMax = 20_000
/** How long a connection stays open on which nothing is asked. */
export const idleConnectionMillisMax = 60_000

function createApp(options: HttpServerOptions): FastifyInstance {
  const { identity, trust, log } = options
  const app = fastify({
    bodyLimit: limits.bodyBytesMax,
    requestTimeout: limits.httpTimeoutMillis,
    keepAliveTimeout: idleConnectionMillisMax,
    forceCloseConnections: 'idle',
    // A path that is no text.
    frameworkErrors: (error, _request, reply) => {
      answer(reply, problem('BodyInvalid', codeOf(error)))
    },
    serverFactory: (handler): RawServerDefault => {
      if (options.plain === true) {
        if (!isLoopback(options.listen.host)) {
          throw new Fault('ListenRefused', `${options.name}: HTTP without TLS is for loopback only`)
        }
        return createPlainServer(handler)
      }
      if (identity === undefined) {
        throw new Fault('IdentityMissing', `${options.name}: HTTPS needs a certificate`)
      }
      return createServer(serverTls(identity, trust, options.clientCertificates ?? true), handler)
    },
  })
  app.server.headersTimeout = handshakeMillisMax
  app.server.maxConnections = options.connectionsMax ?? connectionsMax
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = String(body)
    const { config } = request.routeOptions as { config: { [unparsed]?: boolean } }
    if (config[unparsed] === true) return done(null, text)
    const parsed = parseJson(text, limits.jsonDepthMax)
    if (!parsed.ok) done(new BodyUnreadable(parsed.reason))
    else if (escapedNul.test(text)) done(new BodyUnreadable('a NUL'))
    else done(null, parsed.value)
  })
  app.addContentTypeParser(
    ['application/xml', 'text/xml'],
    { parseAs: 'string' },
    (_request, body, done) => done(null, String(body)),
  )
  app.setNotFoundHandler((_request, reply) => answer(reply, problem('NotFound')))
  app.setErrorHandler((error, request, reply) => answer(reply, failure(error, request, log)))
  return app
}

/** Marks the routes whose JSON is handed on as text. */
const unparsed = Symbol('unparsed')

/** `\u0000`, where the backslash is not escaped itself. */
const escapedNul = /(?<!\\)(?:\\\\)*\\u0000/

class BodyUnreadable extends Error {
  override readonly name = 'BodyUnreadable'
}

/** The only place where what was thrown becomes an answer. */
function failure(error: unknown, request: FastifyRequest, log: Log): Reply {
  if (error instanceof BodyUnreadable) return problem('BodyInvalid', error.message)
  const code = codeOf(error)
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return problem('BodyTooLarge')
  if (code.startsWith('FST_ERR_CTP')) return problem('BodyInvalid', code)
  if (error instanceof Fault) {
    log.warn({ url: request.url, code, detail: error.message }, 'request failed')
    return problem(code === 'PeerUnavailable' ? 'PeerUnavailable' : 'Unavailable', code)
  }
  log.error({ url: request.url, error }, 'a handler broke')
  return problem('Internal')
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''

function answer(reply: FastifyReply, { status, body, type, headers }: Reply): FastifyReply {
  void reply.status(status).headers(headers ?? {})
  if (body === undefined) return reply.send()
  void reply.type(type ?? 'application/json')
  return reply.send(typeof body === 'string' ? body : JSON.stringify(body))
}

function requestIdOf({ headers }: FastifyRequest): string | undefined {
  const id = headers[requestIdHeader]
  return typeof id === 'string' && /^[0-9A-Za-z-]{1,64}$/.test(id) ? id : undefined
}

function within<Result>(activity: Activity, request: FastifyRequest, work: () => Result): Result {
  const id = requestIdOf(request)
  return id === undefined ? work() : activity.within(`http/${id}`, work)
}

async function listenOn(app: FastifyInstance, { host, port }: ListenConfig): Promise<void> {
  try {
    await app.listen({ host, port })
  } catch (cause) {
    throw listenFault(cause, host, port)
  }
}

export function listenFault(cause: unknown, host: string, port: number): Fault {
  const taken = codeOf(cause) === 'EADDRINUSE'
  return new Fault(taken ? 'PortTaken' : 'ListenFailed', `cannot listen on ${host}:${port}`, {
    cause,
    remedy: taken ? 'choose another port, or end what holds it' : 'check the host and the port',
  })
}

function portOf(app: FastifyInstance): number {
  const address = app.server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const isLoopback = (host: string): boolean => ['127.0.0.1', '::1', 'localhost'].includes(host)
