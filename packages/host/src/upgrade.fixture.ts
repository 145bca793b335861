import type { IncomingMessage } from 'node:http'
import { WebSocket, type ClientOptions } from 'ws'

/** What a server answers to an upgrade that it refuses. */
export async function answerTo(url: string, subprotocols: string[], options: ClientOptions) {
  const webSocket = new WebSocket(url, subprotocols, options)
  webSocket.on('error', () => {})
  const response = await new Promise<IncomingMessage>((resolve) =>
    webSocket.once('unexpected-response', (_request, answered) => resolve(answered)),
  )
  const text = (await response.toArray()).join('')
  webSocket.terminate()
  return {
    status: response.statusCode,
    type: response.headers['content-type'],
    challenge: response.headers['www-authenticate'],
    body: JSON.parse(text) as { reason: string; detail?: string; remedy?: string },
  }
}
