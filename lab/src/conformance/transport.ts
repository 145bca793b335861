import type { Transport } from '@interlock/ocpp'
import type { WebSocket } from 'ws'

/** A WebSocket as an endpoint needs it, without the rules of a real server. */
export function transportOf(webSocket: WebSocket): Transport {
  webSocket.on('error', () => {})
  return {
    send: (text) => webSocket.send(text),
    onMessage: (listener) =>
      void webSocket.on('message', (data) => listener((data as Buffer).toString('utf8'))),
    onClose: (listener) =>
      void webSocket.on('close', (code, reason) => listener(code, reason.toString('utf8'))),
    close: (code, reason) => webSocket.close(code, reason),
    get bufferedBytes() {
      return webSocket.bufferedAmount
    },
  }
}
