import type { Activity } from '@interlock/kernel'
import type { Bearer } from '@interlock/pki'
import type { Transport } from '@interlock/ocpp'
import type { PerMessageDeflateOptions, RawData, WebSocket } from 'ws'
import { PacedFrames, type FramePace } from './frame-pace.ts'

/** One WebSocket of text frames between two parties that know each other. */
export type OcppSocket = Transport & {
  /** The identity in the path: `VE-station-1`, `station-1`. */
  readonly id: string
  /** Who is at the other end; `undefined` for a client of security profile 2. */
  readonly peer: Bearer | undefined
  /**
   * Whether the other end is there: it is pinged, beside all calls, and anything it sends from then on
   * will do. Whoever asks while an answer is awaited shares it.
   */
  answers(millisMax: number): Promise<boolean>
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

/** What is known of the other end; asked whenever it matters, so that no connection keeps it. */
export type OtherEnd = {
  peerOf(socket: WebSocket): Bearer | undefined
  /** Asked before each message is passed on; a reason closes the connection. */
  refusalOf(socket: WebSocket): string | undefined
}

export const openSocket = (
  id: string,
  socket: WebSocket,
  activity: Activity,
  otherEnd: OtherEnd,
  pace?: FramePace,
): OcppSocket => new OpenSocket(id, socket, activity, otherEnd, pace)

type Ended = { readonly code: number; readonly reason: string }

/** A class, so that ten thousand idle connections share its methods. */
class OpenSocket implements OcppSocket {
  readonly id: string
  readonly #socket: WebSocket
  readonly #activity: Activity
  readonly #otherEnd: OtherEnd
  /** None where the other end is trusted to keep measure. */
  readonly #paced: PacedFrames | undefined
  #listener: ((text: string) => void) | undefined
  readonly #closers: ((code: number, reason: string) => void)[] = []
  /** What arrives between the handshake and the listener. */
  #early: string[] | undefined
  #ended: Ended | undefined
  #probe: Promise<boolean> | undefined

  constructor(
    id: string,
    socket: WebSocket,
    activity: Activity,
    otherEnd: OtherEnd,
    pace: FramePace | undefined,
  ) {
    this.id = id
    this.#socket = socket
    this.#activity = activity
    this.#otherEnd = otherEnd
    if (pace !== undefined) this.#paced = new PacedFrames(pace, socket, (text) => this.#pass(text))
    socket.on('message', (data: RawData, isBinary: boolean) => this.#receive(data, isBinary))
    // The close event that follows says all that matters.
    socket.on('error', ignore)
    socket.on('close', (code, reason) => this.#end({ code, reason: reason.toString('utf8') }))
  }

  get peer(): Bearer | undefined {
    return this.#otherEnd.peerOf(this.#socket)
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount
  }

  send(text: string): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(text)
  }

  onMessage(listener: (text: string) => void): void {
    this.#listener = listener
    const early = this.#early ?? []
    this.#early = undefined
    for (const text of early) listener(text)
  }

  onClose(listener: (code: number, reason: string) => void): void {
    if (this.#ended === undefined) this.#closers.push(listener)
    else listener(this.#ended.code, this.#ended.reason)
  }

  close(code: number, reason: string): void {
    const socket = this.#socket
    if (this.#ended !== undefined || socket.readyState > socket.OPEN) return
    const done = this.#activity.begin(`close/${crypto.randomUUID()}`)
    const timer = setTimeout(() => socket.terminate(), closeMillisMax)
    socket.once('close', () => {
      clearTimeout(timer)
      done()
    })
    socket.close(code, firstBytes(reason, closeReasonBytesMax))
  }

  answers(millisMax: number): Promise<boolean> {
    // What it has sent is not being read: it shall not be taken for dead meanwhile.
    if (this.#paced?.isHolding === true) return Promise.resolve(this.#ended === undefined)
    this.#probe ??= pingOf(this.#socket, millisMax).finally(() => (this.#probe = undefined))
    return this.#probe
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    if (isBinary) return this.close(1003, 'text only')
    const refusal = this.#otherEnd.refusalOf(this.#socket)
    if (refusal !== undefined) return this.close(1008, refusal)
    const text = textOf(data)
    if (this.#paced === undefined) this.#pass(text)
    else if (!this.#paced.offer(text)) this.close(1008, 'too much at once')
  }

  #pass(text: string): void {
    if (this.#listener !== undefined) return this.#listener(text)
    this.#early ??= []
    if (this.#early.push(text) > earlyMessagesMax) this.close(1008, 'too early')
  }

  #end(ended: Ended): void {
    this.#ended = ended
    for (const closer of this.#closers) closer(ended.code, ended.reason)
  }
}

/** Whether anything comes from there within so many milliseconds of a ping. */
function pingOf(socket: WebSocket, millisMax: number): Promise<boolean> {
  if (socket.readyState !== socket.OPEN) return Promise.resolve(false)
  return new Promise((resolve) => {
    const settle = (isThere: boolean): void => {
      clearTimeout(timer)
      for (const kind of signs) socket.off(kind, there)
      socket.off('close', gone)
      resolve(isThere)
    }
    const there = (): void => settle(true)
    const gone = (): void => settle(false)
    // A process that was busy reads what has come meanwhile before it judges.
    const timer = setTimeout(() => setImmediate(gone), millisMax)
    for (const kind of signs) socket.once(kind, there)
    socket.once('close', gone)
    socket.ping()
  })
}

const signs = ['pong', 'ping', 'message'] as const
const ignore = (): void => {}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8')
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8')
}

function firstBytes(text: string, max: number): string {
  let kept = text
  while (Buffer.byteLength(kept) > max) kept = kept.slice(0, -1)
  return kept
}
