import type { Action, Request } from '@interlock/ocpp'
import { describe, difference } from './match.ts'
import type { Steps } from './steps.ts'

/** Requests that have come from the other end, in order, until a step deals with them. */
export type Inbox = {
  add(action: Action, request: Request<Action>): void
  next<A extends Action>(action: A, expected?: unknown): Promise<Request<A>>
  /** None that is as expected may have come. */
  demandNone(action: Action, says: string, expected?: unknown): void
}

/** More than any case needs; a peer that sends more is not remembered. */
const requestsMax = 1000

export function createInbox(steps: Steps): Inbox {
  const waiting: { action: Action; request: Request<Action> }[] = []
  const listeners = new Set<() => void>()

  /** Takes out the first that is as expected; others of the action may belong to other doings. */
  const take = (action: Action, expected: unknown): Request<Action> | undefined => {
    const at = waiting.findIndex(
      (each) => each.action === action && difference(expected, each.request) === undefined,
    )
    return at < 0 ? undefined : waiting.splice(at, 1)[0]?.request
  }
  const arrival = (millis: number): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        listeners.delete(done)
        resolve()
      }
      const timer = setTimeout(done, millis)
      listeners.add(done)
    })

  return {
    add(action, request) {
      if (waiting.length < requestsMax) waiting.push({ action, request })
      for (const listener of listeners) listener()
    },
    async next<A extends Action>(action: A, expected: unknown = {}): Promise<Request<A>> {
      const says = `${action} comes`
      const until = Date.now() + steps.stepMillisMax
      for (;;) {
        const request = take(action, expected)
        if (request !== undefined) {
          steps.expect(says, expected, request)
          return request
        }
        if (Date.now() >= until) break
        await arrival(until - Date.now())
      }
      const others = waiting.filter((each) => each.action === action)
      const came = others.length === 0 ? 'none came' : describe(others.at(-1)?.request)
      return steps.failed(says, describe(expected), came)
    },
    demandNone(action, says, expected = {}) {
      const came = waiting.find(
        (each) => each.action === action && difference(expected, each.request) === undefined,
      )
      if (came === undefined) return steps.passed(says, `no ${action} came`)
      steps.failed(says, `no ${action}`, describe(came.request))
    },
  }
}
