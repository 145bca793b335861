import { WebSocket } from 'ws'
import type { Steps } from '../steps.ts'
import type { Lease } from './subject.ts'

/** What a station sees of the WebSocket handshake itself. */
export type WebSocketProbe = {
  agrees(says: string, offered: readonly string[]): Promise<void>
  /** No connection with a version may come about (Part 4 §3.1.2). */
  closesWithout(says: string, offered: readonly string[]): Promise<void>
}

export function createWebSocketProbe(lease: Lease, steps: Steps): WebSocketProbe {
  /** The subprotocol agreed on; empty when there is none. */
  const agreedOn = (offered: readonly string[]): Promise<string> => {
    const url = `${lease.addresses[lease.profile] ?? ''}/${encodeURIComponent(lease.stationId)}`
    const { identity, password = '' } = lease
    const socket = new WebSocket(url, [...offered], {
      // Whom it talks to is not what this asks.
      rejectUnauthorized: false,
      handshakeTimeout: steps.stepMillisMax,
      ...(identity === undefined
        ? { auth: `${lease.stationId}:${password}` }
        : { key: identity.keyPem, cert: identity.chainPem }),
    })
    return new Promise((resolve) => {
      socket.once('open', () => {
        const { protocol } = socket
        socket.close()
        resolve(protocol)
      })
      socket.once('error', () => resolve(''))
    })
  }
  return {
    async agrees(says, offered) {
      steps.expect(says, 'ocpp2.0.1', await agreedOn(offered))
    },
    async closesWithout(says, offered) {
      steps.expect(says, '', await agreedOn(offered))
    },
  }
}
