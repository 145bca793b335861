import { millis, type Timer } from '@interlock/kernel'
import { CallFailed, type CallFailure, type ErrorCode } from './error-codes.ts'
import { formatFrame, type CallErrorFrame, type CallResult } from './frame.ts'
import { connectionLimits } from './limits.ts'
import type { Link } from './link.ts'

type Waiting = {
  readonly messageId: string
  /** As on the wire, `-Signed` included. */
  readonly name: string
  /** The frame. */
  readonly text: string
  readonly timeoutMillis: number
  settle(outcome: Record<string, unknown> | CallFailed): void
  /** Its turn has come, or will not come any more. */
  leaveQueue(): void
  timer: Timer
}

/**
 * Our calls on one connection: one outstanding, the rest in a bounded queue (Part 4 §4.1.1). Each
 * holds its activity from the moment it is queued until it is settled; while it waits for its turn,
 * the call before it is what is in flight.
 */
export type Outgoing = {
  /** @throws TypeError when the payload is no JSON. */
  call(
    name: string,
    payload: Record<string, unknown>,
    timeoutMillis: number,
  ): Promise<Record<string, unknown>>
  /** False when no call of ours waits for that id. */
  answered(frame: CallResult | CallErrorFrame): boolean
  /** What claims to answer `messageId` cannot be read. */
  spoiled(messageId: string, detail: string): void
  close(): void
}

export const createOutgoing = (link: Link): Outgoing => new Calls(link)

class Calls implements Outgoing {
  readonly #link: Link
  /** None where nothing has ever been called. */
  #queue: Waiting[] | undefined
  #current: Waiting | undefined
  #closed = false

  constructor(link: Link) {
    this.#link = link
  }

  call(
    name: string,
    payload: Record<string, unknown>,
    timeoutMillis: number,
  ): Promise<Record<string, unknown>> {
    const refuse = (code: CallFailure, detail: string): Promise<never> =>
      Promise.reject(new CallFailed(code, name, detail))
    if (this.#closed) return refuse('Closed', 'the connection is closed')
    const queue = (this.#queue ??= [])
    if (queue.length >= connectionLimits.callQueueMax) {
      return refuse('QueueFull', `${queue.length} calls are waiting`)
    }
    const { activity } = this.#link
    const messageId = this.#link.newId()
    // Before anything waits for it.
    const text = formatFrame({ type: 'call', messageId, action: name, payload })
    const done = activity.begin(activityKey(messageId))
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        messageId,
        name,
        text,
        timeoutMillis,
        settle(outcome) {
          if (outcome instanceof CallFailed) reject(outcome)
          else resolve(outcome)
          done()
        },
        leaveQueue: () => {},
        timer: { cancel: () => {} },
      }
      queue.push(waiting)
      if (this.#current === undefined) this.#next()
      else {
        this.#arm(waiting)
        const turn = new Promise<void>((come) => (waiting.leaveQueue = come))
        void activity.within(activityKey(messageId), () => activity.parked(() => turn))
      }
    })
  }

  answered(frame: CallResult | CallErrorFrame): boolean {
    const current = this.#current
    if (current?.messageId !== frame.messageId) return false
    const outcome =
      frame.type === 'result' ? frame.payload : failed(current, frame.code, frame.description)
    this.#settle(current, outcome)
    return true
  }

  spoiled(messageId: string, detail: string): void {
    const current = this.#current
    if (current?.messageId !== messageId) return
    this.#settle(current, failed(current, 'ResponseInvalid', detail))
  }

  close(): void {
    this.#closed = true
    const queued = this.#queue?.splice(0) ?? []
    const unanswered = this.#current === undefined ? queued : [this.#current, ...queued]
    for (const each of unanswered) {
      this.#settle(each, failed(each, 'Closed', 'the connection closed before the answer'))
    }
  }

  #next(): void {
    if (this.#current !== undefined || this.#closed) return
    const current = this.#queue?.shift()
    if (current === undefined) return
    this.#current = current
    current.leaveQueue()
    this.#arm(current)
    this.#link.send(current.text)
  }

  #arm(waiting: Waiting): void {
    waiting.timer.cancel()
    const label = `ocpp/${waiting.messageId}`
    waiting.timer = this.#link.wall.after(millis(waiting.timeoutMillis), label, () => {
      this.#settle(waiting, failed(waiting, 'Timeout', `no answer in ${waiting.timeoutMillis} ms`))
    })
  }

  #settle(waiting: Waiting, outcome: Record<string, unknown> | CallFailed): void {
    waiting.timer.cancel()
    const at = this.#queue?.indexOf(waiting) ?? -1
    if (at >= 0) this.#queue?.splice(at, 1)
    if (this.#current === waiting) this.#current = undefined
    waiting.leaveQueue()
    waiting.settle(outcome)
    this.#next()
  }
}

/** The name under which a call is in flight, the same at both ends. */
export const activityKey = (messageId: string): string => `ocpp/${messageId}`

const failed = (waiting: Waiting, code: ErrorCode | CallFailure, detail: string): CallFailed =>
  new CallFailed(code, waiting.name, detail)
