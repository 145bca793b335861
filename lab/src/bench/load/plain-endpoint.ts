import { createServer } from 'node:http'
import { systemClock, type Running } from '@interlock/host'
import { toIso, unobserved } from '@interlock/kernel'
import { createEndpoint, type Transport } from '@interlock/ocpp'
import { WebSocketServer, type WebSocket } from 'ws'

/**
 * Our endpoint on a `ws` server without TLS. No actor listens like this: it shows what the endpoint
 * alone costs when no cipher hides it.
 */
export async function openPlainEndpoint(): Promise<Running & { readonly port: number }> {
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) => {
    createEndpoint({
      transport: transportOf(socket),
      handlers: { Heartbeat: () => ({ currentTime: toIso(systemClock.now()) }) },
      wall: systemClock,
      activity: unobserved,
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

const transportOf = (socket: WebSocket): Transport => ({
  send: (text) => socket.send(text),
  onMessage: (listener) => socket.on('message', (data) => listener(String(data))),
  onClose: (listener) =>
    socket.on('close', (code, reason) => listener(code, reason.toString('utf8'))),
  close: (code, reason) => socket.close(code, reason),
  get bufferedBytes() {
    return socket.bufferedAmount
  },
})
