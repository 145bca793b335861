import type { Activity } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import type { Transport } from '@interlock/ocpp'
import type { PerMessageDeflateOptions, RawData, WebSocket } from 'ws'

/** One WebSocket of text frames between two parties that know each other. */
export type OcppSocket = Transport & {
  /** The identity in the path: `VE-station-1`, `station-1`. */
  readonly id: string
  /** Who is at the other end; `undefined` for a client of security profile 2. */
  readonly peer: Peer | undefined
}

/** Small windows and no context kept: 10,000 idle connections must not hold 10,000 dictionaries. */
export const deflate: PerMessageDeflateOptions = {
  threshold: 1024,
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  serverMaxWindowBits: 12,
  clientMaxWindowBits: 12,
  concurrencyLimit: 4,
  zlibDeflateOptions: { level: 3, memLevel: 7 },
}

/** After this the other side has had its time for the closing handshake. */
const closeMillisMax = 2_000
const earlyMessagesMax = 16
/** RFC 6455 §5.5: a control frame carries 125 bytes, two of them the code. */
const closeReasonBytesMax = 123

export function openSocket(options: {
  id: string
  peer: Peer | undefined
  socket: WebSocket
  activity: Activity
  /** Asked before each message is passed on; a reason closes the connection. */
  refusal?: () => string | undefined
}): OcppSocket {
  const { id, peer, socket, activity } = options
  const listeners: ((text: string) => void)[] = []
  const closers: ((code: number, reason: string) => void)[] = []
  // What arrives between the handshake and the first listener.
  const early: string[] = []
  let ended: { code: number; reason: string } | undefined

  const close = (code: number, reason: string): void => {
    if (ended !== undefined || socket.readyState > socket.OPEN) return
    const done = activity.begin(`close/${crypto.randomUUID()}`)
    const timer = setTimeout(() => socket.terminate(), closeMillisMax)
    socket.once('close', () => {
      clearTimeout(timer)
      done()
    })
    socket.close(code, firstBytes(reason, closeReasonBytesMax))
  }

  socket.on('message', (data: RawData, isBinary: boolean) => {
    if (socket.readyState !== socket.OPEN) return
    if (isBinary) return close(1003, 'text only')
    const refusal = options.refusal?.()
    if (refusal !== undefined) return close(1008, refusal)
    const text = textOf(data)
    if (listeners.length > 0) for (const listener of listeners) listener(text)
    else if (early.push(text) > earlyMessagesMax) close(1008, 'too early')
  })
  // The close event that follows says all that matters.
  socket.on('error', () => {})
  socket.on('close', (code, reason) => {
    ended = { code, reason: reason.toString('utf8') }
    for (const closer of closers) closer(ended.code, ended.reason)
  })

  return {
    id,
    peer,
    send(text) {
      if (socket.readyState === socket.OPEN) socket.send(text)
    },
    onMessage(listener) {
      listeners.push(listener)
      for (const text of early.splice(0)) listener(text)
    },
    onClose(listener) {
      if (ended === undefined) closers.push(listener)
      else listener(ended.code, ended.reason)
    },
    close,
    get bufferedBytes() {
      return socket.bufferedAmount
    },
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8')
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8')
}

function firstBytes(text: string, max: number): string {
  let kept = text
  while (Buffer.byteLength(kept) > max) kept = kept.slice(0, -1)
  return kept
}
