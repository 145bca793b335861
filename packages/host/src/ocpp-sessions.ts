import type { TLSSocket } from 'node:tls'
import type { Bearer } from '@interlock/pki'
import type { WebSocket } from 'ws'
import { bearerOn, refusalOn, type Trust } from './tls.ts'

/** After this an open connection is cut when the server closes. */
const closeMillisMax = 1_000

/** The open WebSockets of one server: kept alive, and cut when their certificate is revoked. */
export function createSessions(trust: Trust) {
  /** With its TLS socket where a client certificate was demanded (security profile 3). */
  const open = new Map<WebSocket, TLSSocket | undefined>()
  const silent = new WeakSet<WebSocket>()

  const refused = (webSocket: WebSocket): string | undefined => {
    const socket = open.get(webSocket)
    return socket === undefined ? undefined : refusalOn(socket, trust)?.reason
  }
  // One of each for all connections.
  function onClose(this: WebSocket): void {
    open.delete(this)
  }
  function onPong(this: WebSocket): void {
    silent.delete(this)
  }

  const sweep = (): number => {
    let closed = 0
    for (const webSocket of open.keys()) {
      const refusal = refused(webSocket)
      if (refusal === undefined) continue
      closed += 1
      webSocket.close(1008, refusal)
    }
    return closed
  }

  return {
    add(webSocket: WebSocket, socket: TLSSocket | undefined): void {
      open.set(webSocket, socket)
      webSocket.on('close', onClose)
      webSocket.on('pong', onPong)
    },
    /** Who its certificate names; nobody where it has none. */
    peerOf(webSocket: WebSocket): Bearer | undefined {
      const socket = open.get(webSocket)
      const peer = socket === undefined ? undefined : bearerOn(socket, trust)
      return peer?.ok === true ? peer.value : undefined
    },
    /** Why a connection that was good no longer is; asked when a message came, which will do for a pong. */
    refusalOf(webSocket: WebSocket): string | undefined {
      silent.delete(webSocket)
      return refused(webSocket)
    },
    sweep,
    /** Cuts those that did not answer the last time, and asks again. */
    ping(): void {
      sweep()
      for (const webSocket of open.keys()) {
        if (silent.has(webSocket)) webSocket.terminate()
        else {
          silent.add(webSocket)
          webSocket.ping()
        }
      }
    },
    async close(): Promise<void> {
      const timer = setTimeout(() => {
        for (const webSocket of open.keys()) webSocket.terminate()
      }, closeMillisMax)
      await Promise.all(
        [...open.keys()].map(
          (webSocket) =>
            new Promise<void>((resolve) => {
              webSocket.once('close', () => resolve())
              webSocket.close(1001, 'going away')
            }),
        ),
      )
      clearTimeout(timer)
    },
  }
}
