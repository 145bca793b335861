import { createServer as createPlain, type Server } from 'node:http'
import { createServer as createSecure } from 'node:https'
import { serverTls, type Identity, type Running } from '@interlock/host'
import {
  isAction,
  validateRequest,
  validateResponse,
  type Action,
  type Request,
  type Response,
} from '@interlock/ocpp'
import { WebSocketServer, type WebSocket } from 'ws'

/** The least that answers a call: parse, validate, `answer`, validate, send. No session, no limits. */
export type BareAnswer = (
  action: Action,
  payload: Request<Action>,
  stationId: string,
  text: string,
) => Promise<Response<Action>> | Response<Action>

export type BareServer = Running & { readonly port: number }

/** A `ws` server with nothing around it; with `tls`, mutual TLS with the options of ours. */
export async function openBareServer(
  answer: BareAnswer,
  tls?: { readonly identity: Identity; readonly rootPem: string },
): Promise<BareServer> {
  const server: Server =
    tls === undefined
      ? createPlain()
      : createSecure({
          ...serverTls(tls.identity, { roots: [tls.rootPem] }, true),
          rejectUnauthorized: true,
        })
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket, request) => {
    const stationId = request.url?.split('/').at(-1) ?? ''
    socket.on('message', (data) => {
      receive(socket, String(data), stationId, answer).catch(() => socket.terminate())
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

async function receive(
  socket: WebSocket,
  text: string,
  stationId: string,
  answer: BareAnswer,
): Promise<void> {
  const [, id, action, payload] = JSON.parse(text) as [number, string, string, unknown]
  if (!isAction(action)) throw new Error(action)
  const request = validateRequest(action, payload)
  if (!request.ok) throw new Error(request.detail)
  const given = answer(action, request.value, stationId, text)
  const made = given instanceof Promise ? await given : given
  const response = validateResponse(action, made)
  if (!response.ok) throw new Error(response.detail)
  socket.send(JSON.stringify([3, id, made]))
}

/** The same for every bare server that heartbeats are compared with. */
export const bareHeartbeat: BareAnswer = () => ({ currentTime: new Date().toISOString() })
