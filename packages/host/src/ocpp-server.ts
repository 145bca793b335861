import { createServer as createPlainServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server } from 'node:http'
import { createServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { limits, serverRefusalRow } from '@interlock/contract'
import { Fault, refused, type Activity } from '@interlock/kernel'
import { WebSocketServer, type WebSocket } from 'ws'
import { createAttempts } from './attempts.ts'
import type { ListenConfig } from './config.ts'
import type { Running } from './deps.ts'
import type { FramePace } from './frame-pace.ts'
import { listenFault } from './http-server.ts'
import type { Identity } from './identity.ts'
import type { Log } from './log.ts'
import {
  endUpgrade,
  identityIn,
  readAdmission,
  type Admission,
  type AdmissionRequest,
  type UpgradeRefusal,
} from './ocpp-admission.ts'
import { createSessions } from './ocpp-sessions.ts'
import { deflate, openSocket, type OcppSocket } from './ocpp-socket.ts'
import { paceHandshakes, type Pace } from './paced-handshakes.ts'
import { systemClock } from './system-clock.ts'
import { handshakeMillisMax, ocppServerTls, type RsaServer, type Trust } from './tls.ts'

export type OcppServerOptions = {
  readonly listen: ListenConfig
  /** Of the server; security profile 1 shows none. */
  readonly identity?: Identity
  /** For stations that only know RSA; without it only keys on P-256 count, at both ends. */
  readonly rsa?: RsaServer
  readonly trust: Trust
  /**
   * 1: Basic authentication over plain TCP; whether that may be is the caller's matter. 2: TLS with
   * Basic authentication. 3: TLS with a client certificate, which is demanded.
   */
  readonly securityProfile: 1 | 2 | 3
  readonly activity: Activity
  readonly log: Log
  /** The identity follows it in the URL; `/ocpp/` unless given. */
  readonly path?: string
  /** Those spoken here; the client's order decides. */
  readonly subprotocols: readonly string[]
  /** How fast each connection is read; at once where it is not given. */
  readonly pace?: FramePace
  /** Binds the identity in the path to the certificate or password. Refusals are HTTP statuses. */
  readonly admit: (request: AdmissionRequest) => Promise<Admission>
  /**
   * Told of what the transport refuses by itself, before `admit` is asked: a path that names nobody, a
   * certificate that is not good. Without an identity where the path has none. Of an address that
   * goes on and on it is told no more, so that strangers fill no audit trail.
   */
  readonly onRefusal?: (refusal: UpgradeRefusal, asked: Asked) => void
  /**
   * A connection is open. A second one with an identity that is connected is the caller's matter. It
   * runs before the client learns that it is connected.
   */
  readonly accept: (socket: OcppSocket) => void
}

export type Asked = { readonly id: string | undefined; readonly address: string }

export type OcppServer = Running & {
  readonly port: number
  /** Closes the connections whose certificates have been revoked since; call it after a new CRL. */
  sweep(): number
}

const handshakePace: Pace = { handshakesMax: 128, waitingMax: 1_024, waitMillisMax: 4_000 }
const upgradesMax = 256
const connectionsMax = 20_000
/** A connection that misses two pings is dead. */
const pingMillis = 60_000
const admitMillisMax = 15_000

/** @throws Fault `PortTaken` */
export async function openOcppServer(options: OcppServerOptions): Promise<OcppServer> {
  const { activity, log } = options
  const sessions = createSessions(options.trust)
  const upgrader = new WebSocketServer({
    noServer: true,
    maxPayload: limits.frameBytesMax,
    perMessageDeflate: deflate,
    clientTracking: false,
    handleProtocols: (offered) =>
      [...offered].find((name) => options.subprotocols.includes(name)) ?? false,
  })
  const { server, stop } = createListener(options)
  server.headersTimeout = handshakeMillisMax
  server.maxConnections = connectionsMax
  server.on('tlsClientError', (error) =>
    log.warn({ detail: error.message }, 'TLS handshake failed'),
  )

  const attempts = createAttempts()
  const tell: NonNullable<OcppServerOptions['onRefusal']> = (refusal, asked) => {
    const { id = '', address } = asked
    const now = systemClock.now()
    if (attempts.begin(id, address, now)?.refused() === true) options.onRefusal?.(refusal, asked)
  }
  let upgrades = 0
  let closing = false
  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const verdict = await admission(request, options, tell)
    if (socket.destroyed) return
    // It would keep the server open, and nobody would close it.
    if (closing) return endUpgrade(socket, refused('Unavailable', 'closing'))
    if (!verdict.ok) {
      const { reason, detail } = verdict
      log.warn({ url: request.url, reason, detail, ...serverRefusalRow(reason) }, 'refused')
      return endUpgrade(socket, verdict)
    }
    upgrader.handleUpgrade(request, socket, head, (webSocket) =>
      opened(webSocket, tlsOf(request), verdict.value.id),
    )
  }
  /** Apart from the upgrade, so that an open connection does not hold on to the request it came with. */
  const opened = (webSocket: WebSocket, tls: TLSSocket | undefined, id: string): void => {
    // Part 4 §3.1.2: complete the handshake without a subprotocol, then close.
    if (webSocket.protocol === '') return webSocket.close(1002, 'no common subprotocol')
    sessions.add(webSocket, tls)
    try {
      options.accept(openSocket(id, webSocket, activity, sessions, options.pace))
    } catch (error) {
      log.error({ id, error }, 'a connection was not taken up')
      webSocket.close(1011, 'internal error')
    }
  }
  const tlsOf = ({ socket }: IncomingMessage): TLSSocket | undefined =>
    options.securityProfile === 3 && socket instanceof TLSSocket ? socket : undefined
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    if (upgrades >= upgradesMax)
      return endUpgrade(socket, refused('Unavailable', 'too many connect at once'))
    upgrades += 1
    upgrade(request, socket, head)
      .catch((error: unknown) => {
        log.error({ error }, 'an upgrade broke')
        endUpgrade(socket, refused('Unavailable'))
      })
      .finally(() => (upgrades -= 1))
  })

  const port = await listening(server, options.listen)
  const pinging = setInterval(() => sessions.ping(), pingMillis)
  return {
    port,
    sweep: () => sessions.sweep(),
    async close() {
      closing = true
      clearInterval(pinging)
      const ended = new Promise<void>((resolve) => server.close(() => resolve()))
      stop()
      await sessions.close()
      server.closeAllConnections()
      await ended
    },
  }
}

function createListener({ identity, rsa, trust, securityProfile }: OcppServerOptions): {
  readonly server: Server
  /** No handshake is begun any more. */
  readonly stop: () => void
} {
  const onlyUpgrades: RequestListener = (_request, response) =>
    response.writeHead(426, { connection: 'close' }).end()
  if (securityProfile === 1) return { server: createPlainServer(onlyUpgrades), stop: () => {} }
  if (identity === undefined) throw new Fault('IdentityMissing', 'TLS needs a certificate')
  const server = createServer(
    ocppServerTls(identity, trust, securityProfile === 3, rsa),
    onlyUpgrades,
  )
  return { server, stop: paceHandshakes(server, handshakePace).stop }
}

type Admitted = { readonly ok: true; readonly value: AdmissionRequest }

async function admission(
  request: IncomingMessage,
  options: OcppServerOptions,
  tell: NonNullable<OcppServerOptions['onRefusal']>,
): Promise<Admitted | UpgradeRefusal> {
  const { securityProfile, trust } = options
  const rsa = options.rsa !== undefined
  const path = options.path ?? '/ocpp/'
  const asked = readAdmission(request, { path, securityProfile, trust, rsa })
  if (!asked.ok) {
    tell(asked, { id: identityIn(request.url, path), address: request.socket.remoteAddress ?? '' })
    return asked
  }
  const verdict = await inTime(options.admit(asked.value))
  return verdict.ok ? asked : verdict
}

async function inTime(verdict: Promise<Admission>): Promise<Admission> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Admission>((resolve) => {
    timer = setTimeout(() => resolve(refused('Unavailable', 'no decision in time')), admitMillisMax)
  })
  return Promise.race([verdict, late]).finally(() => clearTimeout(timer))
}

async function listening(server: Server, { host, port }: ListenConfig): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(listenFault(cause, host, port)))
    server.listen(port, host, resolve)
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
