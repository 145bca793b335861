import { createServer as createPlain, type IncomingMessage, type Server } from 'node:http'
import { createServer as createTls, type Server as TlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { systemClock } from '@interlock/host'
import { Fault, unobserved, type Clock, type Instant } from '@interlock/kernel'
import {
  actions,
  CallError,
  CallFailed,
  createEndpoint,
  type Action,
  type Endpoint,
  type Handler,
  type Handlers,
  type Request,
  type Response,
} from '@interlock/ocpp'
import { WebSocketServer, type WebSocket } from 'ws'
import { createInbox } from '../inbox.ts'
import { describe, present } from '../match.ts'
import type { Steps } from '../steps.ts'
import { transportOf } from '../transport.ts'
import { ordinaryCsmsAnswer } from './ordinary-answers.ts'

/** One attempt of the station to connect. */
export type Upgrade = {
  /** World time. */
  readonly at: Instant
  readonly path: string
  readonly authorization: string | undefined
  readonly subprotocols: string | undefined
  /** Undefined under security profile 1. */
  readonly tls: TlsFacts | undefined
}

/** What the station spoke, and how it proved itself. */
export type TlsFacts = {
  /** `TLSv1.2`, `TLSv1.3` */
  readonly version: string | null
  /** As OpenSSL names it. */
  readonly cipher: string
  /** Of the certificate it showed, if it showed one. */
  readonly commonName: string | undefined
  /** Upper-case hex. */
  readonly serial: string | undefined
}

type AnswerTo<A extends Action> = Response<A> | CallError | Handler<A>

/** The CSMS of the runner: what it tells the station, and what it demands of it. */
export type VirtualCsms = {
  /** `ws(s)://…/ocpp` */
  readonly address: string
  /** Attempts to connect, in order, also refused ones. */
  readonly upgrades: readonly Upgrade[]
  /** Connections below TLS, also those that never became an attempt. */
  readonly knocks: number
  /** WebSockets that came about. */
  readonly connections: number
  /** The station must connect, announce itself, and report its connectors. */
  boots(expected?: unknown, connector?: unknown): Promise<Request<'BootNotification'>>
  /** Tells the station something; it must answer so. */
  sends<A extends Action>(action: A, payload: Request<A>, expected?: unknown): Promise<Response<A>>
  /** The station must answer with that CALLERROR. */
  sendsInVain<A extends Action>(action: A, payload: Request<A>, code: unknown): Promise<void>
  /** From now on it answers so. */
  answers<A extends Action>(action: A, answer: AnswerTo<A>): void
  /** The next request of that action must come, and be so. */
  isSent<A extends Action>(action: A, expected?: unknown): Promise<Request<A>>
  /** No request of that action that is so may have come and be undealt with. */
  isNotSent(action: Action, says: string, expected?: unknown): void
  /** The station must have a connection, or get one. */
  isConnected(says: string): Promise<void>
  /** Cuts the connection. */
  drops(): void
  /** Whether it lets the station in; a status refuses the upgrade. */
  admits(status: number | undefined): void
  /** Proves itself otherwise from now on. */
  shows(tls: ServerOptions): void
  close(): Promise<void>
}

export type VirtualCsmsOptions = {
  readonly steps: Steps
  readonly clock: Clock
  readonly tls?: ServerOptions
  readonly port?: number
  /** Where a station of someone else finds it; by default any port of this machine alone. */
  readonly place?: Place
}

/** The address that a station is set up with, and where the runner listens for it. */
export type Place = {
  /** `ws(s)://host:port/path`, without the station's id. */
  readonly address: string
  readonly host: string
  readonly port: number
}

export async function openVirtualCsms(options: VirtualCsmsOptions): Promise<VirtualCsms> {
  const { steps, clock, tls } = options
  const inbox = createInbox(steps)
  const answers = new Map<Action, AnswerTo<Action>>()
  const upgrades: Upgrade[] = []
  let refusal: number | undefined
  let live: { endpoint: Endpoint; socket: WebSocket } | undefined
  let knocks = 0
  let connections = 0

  const handlers: Handlers = Object.fromEntries(
    actions.map((action) => [
      action,
      async (request: Request<Action>, context: Parameters<Handler<Action>>[1]) => {
        inbox.add(action, request)
        const answer = answers.get(action) ?? ordinaryCsmsAnswer(action, request, clock)
        if (answer instanceof CallError) throw answer
        return typeof answer === 'function' ? answer(request, context) : answer
      },
    ]),
  )
  const upgrader = new WebSocketServer({ noServer: true, handleProtocols: () => 'ocpp2.0.1' })
  const server: Server = tls === undefined ? createPlain() : createTls(tls)
  server.on('connection', () => void (knocks += 1))
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    upgrades.push(upgradeOf(request, clock.now()))
    if (refusal !== undefined)
      return stream.end(`HTTP/1.1 ${refusal} Refused\r\nConnection: close\r\n\r\n`)
    upgrader.handleUpgrade(request, stream, head, (socket) => {
      const transport = transportOf(socket)
      const endpoint = createEndpoint({
        transport,
        handlers,
        wall: systemClock,
        activity: unobserved,
      })
      live = { endpoint, socket }
      connections += 1
      socket.once('close', () => {
        if (live?.socket === socket) live = undefined
      })
    })
  })
  await listening(server, options.place ?? { host: '127.0.0.1', port: options.port ?? 0 })
  const { port } = server.address() as AddressInfo

  const csms: VirtualCsms = {
    address:
      options.place?.address ?? `${tls === undefined ? 'ws' : 'wss'}://127.0.0.1:${port}/ocpp`,
    upgrades,
    get knocks() {
      return knocks
    },
    get connections() {
      return connections
    },
    async boots(expected = {}, connector = { connectorId: present }) {
      const boot = await inbox.next('BootNotification', expected)
      await inbox.next('StatusNotification', connector)
      return boot
    },
    async sends(action, payload, expected = {}) {
      const says = `the CSMS sends ${action}, the station answers`
      await csms.isConnected('the station is connected')
      try {
        const given = { timeoutMillis: steps.stepMillisMax }
        const response = await connection().call(action, payload, given)
        steps.expect(says, expected, response)
        return response
      } catch (cause) {
        if (!(cause instanceof CallFailed)) throw cause
        return steps.failed(says, describe(expected), cause.message)
      }
    },
    async sendsInVain(action, payload, code) {
      const says = `the station refuses ${action}`
      await csms.isConnected('the station is connected')
      try {
        await connection().call(action, payload, { timeoutMillis: steps.stepMillisMax })
      } catch (cause) {
        if (!(cause instanceof CallFailed)) throw cause
        return steps.expect(says, code, cause.code)
      }
      steps.failed(says, describe(code), 'it was accepted')
    },
    answers: (action, answer) => void answers.set(action, answer as AnswerTo<Action>),
    isSent: (action, expected) => inbox.next(action, expected),
    isNotSent: (action, says, expected) => inbox.demandNone(action, says, expected),
    isConnected: (says) => steps.eventually(says, true, () => Promise.resolve(live !== undefined)),
    drops: () => live?.socket.terminate(),
    admits: (status) => void (refusal = status),
    shows(tls) {
      if ('setSecureContext' in server) (server as TlsServer).setSecureContext(tls)
    },
    async close() {
      for (const each of upgrader.clients) each.terminate()
      server.closeAllConnections()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
  const connection = (): Endpoint => {
    if (live === undefined) return steps.failed('the station is connected', 'a connection', 'none')
    return live.endpoint
  }
  return csms
}

/** @throws Fault `ListenFailed` */
const listening = (server: Server, { host, port }: Pick<Place, 'host' | 'port'>): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new Fault('ListenFailed', `${host}:${port}: ${cause.message}`, { cause })),
    )
    server.listen(port, host, resolve)
  })

const upgradeOf = ({ url, headers, socket }: IncomingMessage, at: Instant): Upgrade => ({
  at,
  path: url ?? '',
  authorization: headers.authorization,
  subprotocols: headers['sec-websocket-protocol'],
  tls: socket instanceof TLSSocket ? factsOf(socket) : undefined,
})

function factsOf(socket: TLSSocket): TlsFacts {
  const shown = socket.getPeerX509Certificate()
  return {
    version: socket.getProtocol(),
    cipher: socket.getCipher().name,
    commonName: /^CN=(.*)$/m.exec(shown?.subject ?? '')?.[1],
    serial: shown?.serialNumber,
  }
}
