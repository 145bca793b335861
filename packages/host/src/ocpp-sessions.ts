import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { WebSocket } from 'ws'
import { peerOn, type Trust } from './tls.ts'

/** After this an open connection is cut when the server closes. */
const closeMillisMax = 1_000

/** The open WebSockets of one server: kept alive, and cut when their certificate is revoked. */
export function createSessions(trust: Trust) {
  /** With its TLS socket where that has a client certificate (security profile 3). */
  const open = new Map<WebSocket, TLSSocket | undefined>()
  const silent = new WeakSet<WebSocket>()

  const refusalOf = (webSocket: WebSocket): string | undefined => {
    const socket = open.get(webSocket)
    if (socket === undefined) return undefined
    const peer = peerOn(socket, trust)
    return peer.ok ? undefined : peer.reason
  }

  const sweep = (): number => {
    let closed = 0
    for (const webSocket of open.keys()) {
      const refusal = refusalOf(webSocket)
      if (refusal === undefined) continue
      closed += 1
      webSocket.close(1008, refusal)
    }
    return closed
  }

  return {
    add(webSocket: WebSocket, socket: Socket): void {
      open.set(webSocket, hasCertificate(socket) ? socket : undefined)
      webSocket.on('close', () => open.delete(webSocket))
      webSocket.on('pong', () => silent.delete(webSocket))
    },
    /** Why a connection that was good no longer is. */
    refusalOf,
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

const hasCertificate = (socket: Socket): socket is TLSSocket =>
  socket instanceof TLSSocket && socket.getPeerX509Certificate() !== undefined
