import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Server } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import { systemClock } from '@interlock/host'
import { unobserved } from '@interlock/kernel'
import {
  actions,
  CallFailed,
  createEndpoint,
  isAction,
  type Endpoint,
  type Handlers,
} from '@interlock/ocpp'
import { freshState } from './fresh-state.ts'
import { transportOf } from '../transport.ts'
import { thoughtless } from './peer-answers.ts'

/**
 * The built-in peers that a case must not pass. Both let anyone in, answer every call with an empty
 * result or one that accepts, and show the state of a fresh installation whatever happens. `relay`
 * also passes every command on to the station, word for word.
 */
export type ThoughtlessKind = 'null' | 'relay'

export type ThoughtlessPeer = {
  /** `wss://…/ocpp` */
  readonly ocpp: string
  /** `http://…` */
  readonly rest: string
  close(): Promise<void>
}

export async function openThoughtlessPeer(
  kind: ThoughtlessKind,
  identity: { readonly keyPem: string; readonly chainPem: string },
): Promise<ThoughtlessPeer> {
  const stations = new Map<string, Endpoint>()
  const upgrader = new WebSocketServer({
    noServer: true,
    handleProtocols: ([first]) => first ?? false,
  })
  const ocpp = createServer({
    key: identity.keyPem,
    cert: identity.chainPem,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  })
  ocpp.on('upgrade', (request, socket, head) => {
    upgrader.handleUpgrade(request, socket, head, (webSocket) => {
      const id = decodeURIComponent((request.url ?? '').split('/').at(-1) ?? '')
      stations.set(id, endpointOf(webSocket))
    })
  })
  const rest = createHttp((request, response) => void answerRest(request, response, kind, stations))
  const [ocppPort, restPort] = await Promise.all([listening(ocpp), listening(rest)])
  return {
    ocpp: `wss://127.0.0.1:${ocppPort}/ocpp`,
    rest: `http://127.0.0.1:${restPort}`,
    async close() {
      for (const each of upgrader.clients) each.terminate()
      ocpp.closeAllConnections()
      rest.closeAllConnections()
      await Promise.all([ended(ocpp), ended(rest)])
    },
  }
}

const handlers: Handlers = Object.fromEntries(
  actions.map((action) => [action, () => thoughtless(action)]),
)

const endpointOf = (webSocket: WebSocket): Endpoint =>
  createEndpoint({
    transport: transportOf(webSocket),
    handlers,
    wall: systemClock,
    activity: unobserved,
  })

async function answerRest(
  request: IncomingMessage,
  response: ServerResponse,
  kind: ThoughtlessKind,
  stations: ReadonlyMap<string, Endpoint>,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '', 'http://peer')
  const [, id = '', action = ''] =
    /^\/api\/v1\/stations\/([^/]+)\/commands\/(.+)$/.exec(pathname) ?? []
  let body: unknown = { status: 'Accepted', response: { status: 'Accepted' } }
  if (request.method === 'GET') body = freshState(pathname)
  else if (kind === 'relay')
    body = await relayed(stations.get(decodeURIComponent(id)), action, await textOf(request))
  if (body === undefined) return void response.writeHead(404).end()
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function relayed(
  station: Endpoint | undefined,
  action: string,
  payload: string,
): Promise<object> {
  if (station === undefined || !isAction(action)) return { status: 'Accepted' }
  try {
    return {
      status: 'Accepted',
      response: await station.call(action, JSON.parse(payload) as never),
    }
  } catch (cause) {
    if (!(cause instanceof CallFailed) && !(cause instanceof TypeError)) throw cause
    return { status: 'Accepted', detail: cause.message }
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) text += chunk
  return text
}

const listening = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
const ended = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
  })
