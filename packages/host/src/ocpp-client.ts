import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import { limits } from '@interlock/contract'
import { Fault, unobserved, type Activity, type Role } from '@interlock/kernel'
import { WebSocket } from 'ws'
import type { Identity } from './identity.ts'
import type { Log } from './log.ts'
import { deflate, openSocket, type OcppSocket } from './ocpp-socket.ts'
import { anyServer, clientTls, handshakeMillisMax, type Trust } from './tls.ts'
import { peerBehind, TrustingAgent } from './trusting-agent.ts'

export type OcppClientOptions = {
  /** `wss://host:port/ocpp/<identity>` */
  readonly url: string
  /** Security profile 3. */
  readonly identity?: Identity
  /** Security profile 2. */
  readonly basic?: { readonly user: string; readonly password: string }
  readonly trust: Trust
  readonly subprotocols: readonly string[]
  readonly log: Log
  readonly activity?: Activity
  /** The role that the server's certificate must name. */
  readonly expectRole?: Role
  /**
   * `name`: a server whose certificate is valid for the host in the URL (A00.FR.310, A00.FR.311); one
   * of this system must have the role as well. Only then may the URL be `ws://`, security profile 1.
   */
  readonly recognise?: 'identity' | 'name'
  /** Seconds between pings, asked before each; 0 sends none. A missed answer ends the connection. */
  readonly pingSeconds?: () => number
}

/** The server answered the upgrade with an HTTP status instead of a WebSocket. */
export class UpgradeRefused extends Fault {
  readonly status: number

  constructor(status: number, reason: string) {
    super('UpgradeRefused', `the server refused the connection: ${status} ${reason}`)
    this.status = status
  }
}

/**
 * @throws Fault `UpgradeRefused` with a status, `PeerUntrusted` when the server is not whom it should
 * be, `SubprotocolRefused` when it speaks none of ours, else `PeerUnavailable`.
 */
export async function connectOcpp(options: OcppClientOptions): Promise<OcppSocket> {
  const { trust, activity = unobserved } = options
  const url = new URL(options.url)
  const id = decodeURIComponent(url.pathname.split('/').at(-1) ?? '')
  const byName = options.recognise === 'name'
  if (url.protocol !== 'wss:' && !byName)
    throw new Fault('PeerUntrusted', 'a server without TLS cannot show who it is')
  const tls = { ...clientTls(options.identity, trust), maxCachedSessions: 0 }
  const agent =
    url.protocol === 'wss:'
      ? new TrustingAgent(
          byName ? { ...tls, ...anyServer } : tls,
          trust,
          { role: options.expectRole },
          byName,
        )
      : undefined
  const { basic } = options
  const webSocket = new WebSocket(url, [...options.subprotocols], {
    ...(agent === undefined ? {} : { agent }),
    handshakeTimeout: handshakeMillisMax,
    maxPayload: limits.frameBytesMax,
    perMessageDeflate: deflate,
    followRedirects: false,
    ...(basic === undefined ? {} : { headers: { authorization: basicHeader(basic) } }),
  })
  const done = activity.begin(`connect/${crypto.randomUUID()}`)
  try {
    return await opened(
      webSocket,
      (peer) =>
        openSocket(id, webSocket, activity, { peerOf: () => peer, refusalOf: () => undefined }),
      trust,
      options.pingSeconds,
    )
  } finally {
    done()
  }
}

function opened(
  webSocket: WebSocket,
  open: (peer: OcppSocket['peer']) => OcppSocket,
  trust: Trust,
  pingSeconds: (() => number) | undefined,
): Promise<OcppSocket> {
  return new Promise((resolve, reject) => {
    let peer: OcppSocket['peer']
    const fail = (error: Error): void => {
      reject(faultOf(error))
      webSocket.on('error', () => {})
      webSocket.terminate()
    }
    webSocket.once('error', fail)
    webSocket.once('upgrade', (response: IncomingMessage) => {
      if (response.socket instanceof TLSSocket) peer = peerBehind(response.socket, trust)
    })
    webSocket.once('unexpected-response', (_request, response: IncomingMessage) => {
      void reasonIn(response).then((reason) =>
        fail(new UpgradeRefused(response.statusCode ?? 0, reason)),
      )
    })
    webSocket.once('open', () => {
      webSocket.off('error', fail)
      if (pingSeconds !== undefined) keepAlive(webSocket, pingSeconds)
      resolve(open(peer))
    })
  })
}

const pingIdleMillis = 60_000

/** Part 4 §5.4: finds out that the other end is gone though no packet says so. */
function keepAlive(webSocket: WebSocket, pingSeconds: () => number): void {
  let answered = true
  webSocket.on('pong', () => (answered = true))
  const next = (): NodeJS.Timeout => {
    const seconds = pingSeconds()
    return setTimeout(
      () => {
        if (webSocket.readyState !== webSocket.OPEN) return
        if (!answered) return webSocket.terminate()
        answered = seconds === 0
        if (seconds > 0) webSocket.ping()
        timer = next()
      },
      seconds * 1000 || pingIdleMillis,
    )
  }
  let timer = next()
  webSocket.once('close', () => clearTimeout(timer))
}

function faultOf(error: Error): Fault {
  if (error instanceof Fault) return error
  if (error.message === 'Server sent no subprotocol') {
    return new Fault('SubprotocolRefused', 'the server speaks none of our OCPP versions')
  }
  return new Fault('PeerUnavailable', `no connection: ${error.message}`, { cause: error })
}

const reasonBytesMax = 2_048

async function reasonIn(response: IncomingMessage): Promise<string> {
  let text = ''
  try {
    for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
      text += chunk
      if (text.length > reasonBytesMax) break
    }
    const said = JSON.parse(text) as Record<string, unknown>
    return ['reason', 'title', 'detail', 'remedy']
      .map((field) => said[field])
      .filter((part) => typeof part === 'string')
      .join('; ')
  } catch {
    return text.slice(0, reasonBytesMax)
  }
}

const basicHeader = ({ user, password }: { user: string; password: string }): string =>
  `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`
