import { millis, type Activity, type Clock, type Timer } from '@interlock/kernel'
import { CallFailed, type CallFailure, type ErrorCode } from './error-codes.ts'
import { formatFrame, type CallErrorFrame, type CallResult } from './frame.ts'
import { connectionLimits } from './limits.ts'

type Waiting = {
  readonly messageId: string
  /** As on the wire, `-Signed` included. */
  readonly name: string
  readonly payload: Record<string, unknown>
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

export function createOutgoing(options: {
  send(text: string): void
  wall: Clock
  activity: Activity
  newId(): string
}): Outgoing {
  const queue: Waiting[] = []
  let current: Waiting | undefined
  let closed = false

  const next = (): void => {
    if (current !== undefined || closed) return
    current = queue.shift()
    if (current === undefined) return
    const { messageId, name, payload } = current
    current.leaveQueue()
    arm(current)
    options.send(formatFrame({ type: 'call', messageId, action: name, payload }))
  }

  const arm = (waiting: Waiting): void => {
    waiting.timer.cancel()
    const label = `ocpp/${waiting.messageId}`
    waiting.timer = options.wall.after(millis(waiting.timeoutMillis), label, () => {
      settle(waiting, failed(waiting, 'Timeout', `no answer in ${waiting.timeoutMillis} ms`))
    })
  }

  const settle = (waiting: Waiting, outcome: Record<string, unknown> | CallFailed): void => {
    waiting.timer.cancel()
    const at = queue.indexOf(waiting)
    if (at >= 0) queue.splice(at, 1)
    if (current === waiting) current = undefined
    waiting.leaveQueue()
    waiting.settle(outcome)
    next()
  }

  return {
    call(name, payload, timeoutMillis) {
      const refuse = (code: CallFailure, detail: string): Promise<never> =>
        Promise.reject(new CallFailed(code, name, detail))
      if (closed) return refuse('Closed', 'the connection is closed')
      if (queue.length >= connectionLimits.callQueueMax) {
        return refuse('QueueFull', `${queue.length} calls are waiting`)
      }
      const messageId = options.newId()
      const done = options.activity.begin(activityKey(messageId))
      return new Promise((resolve, reject) => {
        const waiting: Waiting = {
          messageId,
          name,
          payload,
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
        if (current === undefined) next()
        else {
          arm(waiting)
          const turn = new Promise<void>((come) => (waiting.leaveQueue = come))
          const { activity } = options
          void activity.within(activityKey(messageId), () => activity.parked(() => turn))
        }
      })
    },
    answered(frame) {
      if (current?.messageId !== frame.messageId) return false
      const outcome =
        frame.type === 'result' ? frame.payload : failed(current, frame.code, frame.description)
      settle(current, outcome)
      return true
    },
    spoiled(messageId, detail) {
      if (current?.messageId !== messageId) return
      settle(current, failed(current, 'ResponseInvalid', detail))
    },
    close() {
      closed = true
      const unanswered = current === undefined ? queue.splice(0) : [current, ...queue.splice(0)]
      for (const each of unanswered) {
        settle(each, failed(each, 'Closed', 'the connection closed before the answer'))
      }
    },
  }
}

/** The name under which a call is in flight, the same at both ends. */
export const activityKey = (messageId: string): string => `ocpp/${messageId}`

const failed = (waiting: Waiting, code: ErrorCode | CallFailure, detail: string): CallFailed =>
  new CallFailed(code, waiting.name, detail)
