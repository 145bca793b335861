/** What an endpoint needs of a WebSocket. The host's `OcppSocket` is one. */
export interface Transport {
  send(text: string): void
  onMessage(listener: (text: string) => void): void
  onClose(listener: (code: number, reason: string) => void): void
  close(code: number, reason: string): void
  /** Accepted for sending and not yet taken by the network. */
  readonly bufferedBytes: number
}

/** Something the peer, or a handler of ours, did that the protocol does not foresee. */
export type Problem = {
  readonly kind: 'frame' | 'payload' | 'result' | 'handler' | 'overload'
  readonly code: string
  readonly detail: string
  readonly messageId?: string
  readonly cause?: unknown
}
