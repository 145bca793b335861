import type { Socket } from 'node:net'
import type { Server, TLSSocket } from 'node:tls'

type Begin = (socket: Socket) => void

export type Pace = {
  /** Handshakes under way at once. */
  readonly handshakesMax: number
  /** Connections that wait for their turn. */
  readonly waitingMax: number
  /** After this a connection that waits is reset: its own patience is nearly at an end. */
  readonly waitMillisMax: number
}

/**
 * Lets so many TLS handshakes be under way at once; the connections beyond wait for their turn, in
 * order, and those for which there is no place are reset before they have cost anything. A fleet that
 * comes back all at once is then served at the pace of the machine: begun together, all handshakes
 * would take so long that each runs out of its time, and the work for it is lost, again and again.
 * A server that closes calls `stop`: those that wait would keep it open.
 */
export function paceHandshakes(server: Server, pace: Pace): { readonly stop: () => void } {
  const begin = server.listeners('connection') as Begin[]
  const under = new Set<string>()
  const waiting = new Map<Socket, () => void>()

  const start = (socket: Socket): void => {
    const name = nameOf(socket)
    under.add(name)
    socket.once('close', () => over(name))
    for (const each of begin) each.call(server, socket)
  }
  const over = (name: string): void => {
    if (!under.delete(name)) return
    for (const [socket, leave] of waiting) {
      if (under.size >= pace.handshakesMax) return
      leave()
      start(socket)
    }
  }
  const wait = (socket: Socket): void => {
    const timer = setTimeout(() => socket.resetAndDestroy(), pace.waitMillisMax)
    const leave = (): void => {
      clearTimeout(timer)
      waiting.delete(socket)
      socket.off('close', leave)
      socket.off('error', ignore)
    }
    socket.on('error', ignore)
    socket.on('close', leave)
    waiting.set(socket, leave)
  }

  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    if (under.size < pace.handshakesMax) start(socket)
    else if (waiting.size < pace.waitingMax) wait(socket)
    else socket.resetAndDestroy()
  })
  // Over TLS the socket is another, of the same two ends.
  server.on('secureConnection', (socket: TLSSocket) => over(nameOf(socket)))
  server.on('tlsClientError', (_, socket: TLSSocket) => over(nameOf(socket)))
  return {
    stop() {
      for (const socket of waiting.keys()) socket.resetAndDestroy()
    },
  }
}

const ignore = (): void => {}
const nameOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`
