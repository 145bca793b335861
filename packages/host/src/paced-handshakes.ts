import type { Socket } from 'node:net'
import type { Server, TLSSocket } from 'node:tls'

type Begin = (socket: Socket) => void

/**
 * Lets so many TLS handshakes be under way at once and resets every connection beyond, before it has
 * cost anything. A fleet that comes back all at once is then served at the pace of the machine:
 * begun together, all handshakes would take so long that each runs out of its time, and the work for
 * it is lost, again and again.
 */
export function paceHandshakes(server: Server, handshakesMax: number): void {
  const begin = server.listeners('connection') as Begin[]
  const under = new Set<string>()
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    if (under.size >= handshakesMax) {
      socket.resetAndDestroy()
      return
    }
    const name = nameOf(socket)
    under.add(name)
    socket.once('close', () => under.delete(name))
    for (const each of begin) each.call(server, socket)
  })
  // Over TLS the socket is another, of the same two ends.
  server.on('secureConnection', (socket: TLSSocket) => under.delete(nameOf(socket)))
  server.on('tlsClientError', (_, socket: TLSSocket) => under.delete(nameOf(socket)))
}

const nameOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`
