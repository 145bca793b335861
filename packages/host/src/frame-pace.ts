import type { WebSocket } from 'ws'

/** How fast one connection is read. */
export type FramePace = {
  /** Frames that may come at once. */
  readonly burst: number
  /** Frames a second from then on. */
  readonly perSecond: number
}

/**
 * Far above what a party says that waits for each answer, days of a station's offline queue included; far
 * below what one connection could keep a server busy with.
 */
export const messagePace: FramePace = { burst: 1_000, perSecond: 200 }

/** What came with the last bytes that were read, inflated; more than that is nobody's honest queue. */
const heldCharsMax = 1_048_576

/**
 * A token bucket at the door of one connection. Whoever sends faster is read no faster: its frames wait
 * on its own side of the network, and none is lost.
 */
export class PacedFrames {
  readonly #pace: FramePace
  readonly #socket: WebSocket
  readonly #deliver: (text: string) => void
  #credit: number
  #countedAt = performance.now()
  /** Read already and not delivered; there while the socket is not being read. */
  #held: string[] | undefined
  #heldChars = 0
  #timer: NodeJS.Timeout | undefined

  constructor(pace: FramePace, socket: WebSocket, deliver: (text: string) => void) {
    this.#pace = pace
    this.#socket = socket
    this.#deliver = deliver
    this.#credit = pace.burst
    // It is answered when it is read: it can only be charged.
    socket.on('ping', () => this.#charge())
    socket.on('close', () => this.#stop())
  }

  get isHolding(): boolean {
    return this.#held !== undefined
  }

  /** False when more came at once than can be held. */
  offer(text: string): boolean {
    if (this.#held === undefined && this.#refill() >= 1) {
      this.#credit -= 1
      this.#deliver(text)
      return true
    }
    this.#hold().push(text)
    this.#heldChars += text.length
    return this.#heldChars <= heldCharsMax
  }

  #charge(): void {
    this.#credit = this.#refill() - 1
    if (this.#credit < 0) this.#hold()
  }

  #refill(): number {
    const { burst, perSecond } = this.#pace
    const now = performance.now()
    this.#credit = Math.min(burst, this.#credit + ((now - this.#countedAt) / 1000) * perSecond)
    this.#countedAt = now
    return this.#credit
  }

  #hold(): string[] {
    if (this.#held === undefined) {
      this.#held = []
      this.#socket.pause()
      this.#wait()
    }
    return this.#held
  }

  #wait(): void {
    const millis = ((1 - this.#credit) / this.#pace.perSecond) * 1000
    this.#timer = setTimeout(() => this.#drain(), Math.max(1, Math.ceil(millis)))
  }

  #drain(): void {
    const held = this.#held ?? []
    const due = held.splice(0, Math.floor(Math.max(0, this.#refill())))
    this.#credit -= due.length
    for (const text of due) {
      this.#heldChars -= text.length
      if (this.#socket.readyState === this.#socket.OPEN) this.#deliver(text)
    }
    const isOpen = this.#socket.readyState === this.#socket.OPEN
    if (isOpen && (held.length > 0 || this.#credit < 0)) return this.#wait()
    // The closing handshake is read as well.
    this.#stop()
    this.#held = undefined
    this.#socket.resume()
  }

  #stop(): void {
    clearTimeout(this.#timer)
    this.#held?.splice(0)
  }
}
