import type { Activity, Clock } from '@interlock/kernel'
import { CallError, CallFailed } from './error-codes.ts'
import { parseFrame, type FramingProblem } from './frame.ts'
import { createIncoming, errorFrame, type Handler, type Handlers } from './incoming.ts'
import { connectionLimits } from './limits.ts'
import type { Action, Request, Response } from './messages.ts'
import { createOutgoing, type Outgoing } from './outgoing.ts'
import { readSigned, signedName, type FlattenedJws } from './signed.ts'
import type { Problem, Transport } from './transport.ts'
import { validateRequest, validateResponse } from './validate.ts'

/** One end of an OCPP-J connection: the same for station, CSMS and virtual EVSE. */
export type Endpoint = {
  /** @throws CallFailed on a CALLERROR, a timeout, a full queue, a bad answer or a closed connection. */
  call<A extends Action>(
    action: A,
    payload: Request<A>,
    options?: { readonly timeoutMillis?: number },
  ): Promise<Response<A>>
  /**
   * Sends `<Action>-Signed`. The result is the peer's answer as it came: the plain response, or a
   * flattened JWS whose payload is one; the caller verifies it.
   */
  callSigned(
    action: Action,
    jws: FlattenedJws,
    options?: { readonly timeoutMillis?: number },
  ): Promise<unknown>
  /** Replaces the handler of that action and gives back the one before. */
  handle<A extends Action>(action: A, handler: Handler<A>): Handler<A> | undefined
  readonly closed: Promise<void>
  close(code?: number, reason?: string): void
}

export type EndpointOptions = {
  readonly transport: Transport
  readonly handlers: Handlers
  /** Real time, for timeouts. */
  readonly wall: Clock
  readonly activity: Activity
  /** Message ids, unique in the process; UUIDs unless given. */
  readonly newId?: () => string
  readonly onProblem?: (problem: Problem) => void
}

export function createEndpoint(options: EndpointOptions): Endpoint {
  const { transport, wall, activity } = options
  const onProblem = options.onProblem ?? (() => {})
  const handlers: Handlers = { ...options.handlers }
  let open = true
  const send = (text: string): void => {
    if (open) transport.send(text)
  }
  const newId = options.newId ?? (() => crypto.randomUUID())
  const outgoing = createOutgoing({ send, wall, activity, newId })
  const incoming = createIncoming({
    send,
    handlerOf: (action) => handlers[action] as unknown as Handler<Action> | undefined,
    activity,
    onProblem,
  })

  transport.onMessage((text) => {
    if (!open) return
    if (transport.bufferedBytes > connectionLimits.bufferedBytesMax) {
      onProblem({ kind: 'overload', code: 'NotReading', detail: 'the peer does not read' })
      transport.close(1008, 'not reading')
      return
    }
    const frame = parseFrame(text)
    if (!frame.ok) broken(frame, { send, outgoing, onProblem })
    else if (frame.value.type === 'call') incoming.receive(frame.value)
    else if (!outgoing.answered(frame.value)) {
      const { messageId } = frame.value
      const detail = 'it answers no call that is waiting'
      onProblem({ kind: 'result', code: 'UnknownResult', detail, messageId })
    }
  })

  const closed = new Promise<void>((resolve) => {
    transport.onClose(() => {
      open = false
      outgoing.close()
      resolve()
    })
  })

  const timeoutOf = (given?: { readonly timeoutMillis?: number }): number =>
    given?.timeoutMillis ?? connectionLimits.callTimeoutMillis

  return {
    async call(action, payload, given) {
      const request = validateRequest(action, payload)
      if (!request.ok) throw new TypeError(`${action} is not valid: ${request.detail}`)
      const wire = payload as Record<string, unknown>
      const result = await outgoing.call(action, wire, timeoutOf(given))
      return checkedResponse(action, action, result)
    },
    async callSigned(action, jws, given) {
      const name = signedName(action)
      const result = await outgoing.call(name, { ...jws }, timeoutOf(given))
      const signed = readSigned(result)
      checkedResponse(action, name, signed.ok ? signed.value.payload : result)
      return result
    },
    handle(action, handler) {
      const before = handlers[action]
      Object.assign(handlers, { [action]: handler })
      return before
    },
    closed,
    close: (code = 1000, reason = '') => transport.close(code, reason),
  }
}

function checkedResponse<A extends Action>(action: A, name: string, result: unknown): Response<A> {
  const response = validateResponse(action, result)
  if (!response.ok) throw new CallFailed('ResponseInvalid', name, response.detail)
  return response.value
}

function broken(
  frame: FramingProblem,
  to: { send(text: string): void; outgoing: Outgoing; onProblem(problem: Problem): void },
): void {
  const { reason, detail, messageId, answerable } = frame
  to.onProblem({ kind: 'frame', code: reason, detail, messageId })
  if (answerable) to.send(errorFrame(messageId, new CallError(reason, detail)))
  else to.outgoing.spoiled(messageId, detail)
}
