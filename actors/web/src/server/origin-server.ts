import fastifyCookie from '@fastify/cookie'
import fastifyStatic from '@fastify/static'
import { limits } from '@interlock/contract'
import type { Log, Running } from '@interlock/host'
import { Fault } from '@interlock/kernel'
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { Value } from 'typebox/value'
import {
  Declined,
  mayUse,
  webRefusals,
  type Answer,
  type Session,
  type WebRequest,
  type WebRoute,
} from './access.ts'
import { securityHeaders } from './security-headers.ts'
import type { Sessions } from './sessions.ts'

export type OriginOptions = {
  readonly page: 'console' | 'arm'
  readonly listen: { readonly host: string; readonly port: number }
  /** As browsers see it, without a slash at the end; known once it listens. */
  readonly origin: () => string
  readonly tls: { readonly key: string; readonly cert: string } | undefined
  readonly cookieName: string
  readonly sessions: Sessions
  readonly routes: readonly WebRoute[]
  /** Folder with the built page. */
  readonly pages: string
  readonly log: Log
}

export type OriginServer = Running & {
  readonly app: FastifyInstance
  /** Every method and path that is answered: `GET /api/street`. */
  readonly doors: readonly string[]
  listen(): Promise<number>
}

/** One origin: its page, its API, its sessions, its policy. Nothing is shared through the browser. */
export async function createOriginServer(options: OriginOptions): Promise<OriginServer> {
  requireTlsBeyondLoopback(options)
  const shared = {
    bodyLimit: 64 * 1024,
    requestTimeout: limits.httpTimeoutMillis,
    forceCloseConnections: true,
  }
  const app: FastifyInstance =
    options.tls === undefined ? fastify(shared) : fastify({ ...shared, https: options.tls })
  const doors: string[] = []
  app.addHook('onRoute', ({ method, url }) => {
    // Fastify adds a HEAD to each GET, with the same checks.
    for (const each of [method].flat()) if (each !== 'HEAD') doors.push(`${each} ${url}`)
  })
  const headers = securityHeaders(options.page, options.tls !== undefined)
  await app.register(fastifyCookie)
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers)
    guardHost(request, options.origin())
  })
  app.setErrorHandler((error, _request, reply) => sendProblem(reply, error, options.log))
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, new Declined('NotFound'), options.log),
  )
  for (const route of options.routes) addRoute(app, route, options)
  app.get('/healthz', () => ({ status: 'ok' }))
  await app.register(fastifyStatic, {
    root: options.pages,
    index: `${options.page}.html`,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const named = path.includes('/assets/')
      reply.setHeader('cache-control', named ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  return {
    app,
    doors,
    listen: () => listen(app, options),
    close: () => app.close(),
  }
}

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/

function requireTlsBeyondLoopback({ listen, tls, page }: OriginOptions): void {
  if (tls !== undefined || loopback.test(listen.host)) return
  throw new Fault('TlsRequired', `${page}: ${listen.host} is not loopback and there is no tls`, {
    remedy: 'set tls to a folder with key.pem and chain.pem, or listen on 127.0.0.1',
  })
}

async function listen(app: FastifyInstance, { listen, page }: OriginOptions): Promise<number> {
  try {
    await app.listen(listen)
  } catch (cause) {
    const taken = (cause as { code?: string }).code === 'EADDRINUSE'
    const code = taken ? 'PortTaken' : 'ListenFailed'
    throw new Fault(code, `${page}: cannot listen on ${listen.host}:${listen.port}`, {
      cause,
      remedy: 'choose another port, or end the program that holds it',
    })
  }
  const address = app.server.address()
  return typeof address === 'object' && address !== null ? address.port : listen.port
}

/** A page elsewhere that makes its own name point here (DNS rebinding) finds nothing. */
function guardHost(request: FastifyRequest, origin: string): void {
  if (request.url === '/healthz') return
  if (request.headers.host !== new URL(origin).host) {
    throw new Declined('HostUnknown', `use ${origin}`)
  }
}

function addRoute(app: FastifyInstance, route: WebRoute, options: OriginOptions): void {
  app.route({
    method: route.method,
    url: route.url,
    // What needs a session, a role or a token is refused before the body is read.
    preParsing: (request, _reply, _payload, done) => {
      try {
        admit(request, route, options)
        done()
      } catch (error) {
        done(error instanceof Error ? error : new Error('refused', { cause: error }))
      }
    },
    handler: async (request, reply) => {
      if (route.body !== undefined && !Value.Check(route.body, request.body)) {
        const [first] = Value.Errors(route.body, request.body)
        throw new Declined('BodyInvalid', `${first?.instancePath ?? ''} ${first?.message ?? ''}`)
      }
      const session = options.sessions.find(request.cookies[options.cookieName])
      const answer = await route.handle(webRequest(request, session))
      return sendAnswer(reply, answer, options.tls !== undefined)
    },
  })
}

/** Origin, token, session, role: in this order, and all of them before anything else happens. */
export function admit(request: FastifyRequest, route: WebRoute, options: OriginOptions): void {
  const changes = route.method !== 'GET'
  if (changes) {
    const site = request.headers['sec-fetch-site']
    const sameSite = site === undefined || site === 'same-origin'
    if (request.headers.origin !== options.origin() || !sameSite)
      throw new Declined('OriginForbidden')
    if (!/^application\/json\b/.test(request.headers['content-type'] ?? ''))
      throw new Declined('NotJson')
  }
  if (route.access === 'public') return
  const session = options.sessions.find(request.cookies[options.cookieName])
  if (session === undefined) throw new Declined('SignedOut')
  if (changes && request.headers['x-csrf-token'] !== session.csrf)
    throw new Declined('TokenMissing')
  if (route.access !== 'anyone' && !mayUse(session.person, route.access))
    throw new Declined('NotPermitted')
}

const webRequest = (request: FastifyRequest, session: Session | undefined): WebRequest => ({
  ...(session === undefined ? {} : { session }),
  params: request.params as Record<string, string>,
  url: request.url,
  body: request.body,
  cookies: request.cookies,
  remote: request.ip,
})

function sendAnswer(reply: FastifyReply, answer: Answer, tls: boolean): FastifyReply {
  for (const cookie of answer.cookies ?? []) {
    reply.setCookie(cookie.name, cookie.value, {
      path: '/',
      httpOnly: true,
      sameSite: cookie.sameSite,
      secure: tls,
      maxAge: cookie.maxAgeSeconds,
    })
  }
  reply.header('cache-control', 'no-store')
  if (answer.location !== undefined) reply.header('location', answer.location)
  return reply.code(answer.status).send(answer.body)
}

/** RFC 9457. What is not a refusal of ours tells the client nothing and the log everything. */
function sendProblem(reply: FastifyReply, error: unknown, log: Log): FastifyReply {
  const declined = error instanceof Declined ? error : declinedBy(error)
  if (declined.reason === 'Unavailable') log.warn({ err: error }, 'a request failed')
  const row = webRefusals[declined.reason]
  if (declined.retryAfterSeconds !== undefined)
    reply.header('retry-after', declined.retryAfterSeconds)
  return reply
    .code(row.status)
    .type('application/problem+json')
    .header('cache-control', 'no-store')
    .send({
      type: `urn:interlock:problem:${declined.reason}`,
      title: row.words,
      status: row.status,
      reason: declined.reason,
      ...(declined.detail === undefined ? {} : { detail: declined.detail }),
    })
}

function declinedBy(error: unknown): Declined {
  const status = (error as { statusCode?: number }).statusCode ?? 500
  if (status === 415) return new Declined('NotJson')
  if (status === 404) return new Declined('NotFound')
  if (status < 500) return new Declined('BodyInvalid', (error as Error).message)
  return new Declined('Unavailable', undefined, { cause: error })
}
