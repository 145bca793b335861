import { CallError } from './error-codes.ts'
import { formatFrame, type Call } from './frame.ts'
import { connectionLimits } from './limits.ts'
import type { Link } from './link.ts'
import type { Action, Request, Response } from './messages.ts'
import { activityKey } from './outgoing.ts'
import { isFlattenedJws, parseActionName, readSigned, type FlattenedJws } from './signed.ts'
import { validateRequest, validateResponse } from './validate.ts'

export type CallContext = {
  readonly messageId: string
  /** Present when the call came as `<Action>-Signed`; its payload is the request. */
  readonly signed?: FlattenedJws
}

/** The answer, in the clear or signed (Part 4 §7.2). Throw `CallError` for a CALLERROR. */
export type Answer<A extends Action> = Response<A> | { readonly signed: FlattenedJws }
export type Handler<A extends Action> = (
  request: Request<A>,
  context: CallContext,
) => Promise<Answer<A>> | Answer<A>
export type Handlers = { [A in Action]?: Handler<A> }
/** In place of a table, where many connections shall not each hold one. */
export type FindHandler = (action: Action) => Handler<Action> | undefined

/** The peer's calls on one connection: validated, handed over, answered once. */
export type Incoming = { receive(call: Call): void }

export const createIncoming = (link: Link, handlerOf: FindHandler): Incoming =>
  new PeerCalls(link, handlerOf)

class PeerCalls implements Incoming {
  readonly #link: Link
  readonly #handlerOf: FindHandler
  /** A peer that keeps Part 4 §4.1.1 has one: shorter than a set, and empty when nothing is handled. */
  readonly #handling: string[] = []

  constructor(link: Link, handlerOf: FindHandler) {
    this.#link = link
    this.#handlerOf = handlerOf
  }

  receive(call: Call): void {
    const { messageId } = call
    const link = this.#link
    const refusal = refusalOf(messageId, this.#handling)
    if (refusal !== undefined) {
      link.onProblem({ kind: 'overload', code: refusal.code, detail: refusal.message, messageId })
      link.send(errorFrame(messageId, refusal))
      return
    }
    this.#handling.push(messageId)
    void link.activity.within(activityKey(messageId), () => this.#answer(call))
  }

  /** At once where the handler answers at once: a promise for each heartbeat would cost more than the heartbeat. */
  #answer(call: Call): Promise<void> | undefined {
    let payload
    try {
      payload = process(call, this.#handlerOf)
    } catch (cause) {
      return this.#refuse(call, cause)
    }
    if (!(payload instanceof Promise)) return this.#give(call, payload)
    return payload.then(
      (made) => this.#give(call, made),
      (cause: unknown) => this.#refuse(call, cause),
    )
  }

  /** What a schema allows may still be no JSON: a `bigint`, or a circle, inside custom data. */
  #give(call: Call, payload: Payload): undefined {
    const { messageId } = call
    let text
    try {
      text = formatFrame({ type: 'result', messageId, payload })
    } catch (cause) {
      return this.#refuse(call, new Error('the answer is no JSON', { cause }))
    }
    this.#done(messageId)
    this.#link.send(text)
  }

  #refuse(call: Call, cause: unknown): undefined {
    const { messageId, action } = call
    const error = cause instanceof CallError ? cause : new CallError('InternalError')
    let text
    try {
      text = errorFrame(messageId, error)
    } catch (broken) {
      return this.#refuse(call, new Error('the details are no JSON', { cause: broken }))
    }
    this.#done(messageId)
    // The peer has its answer whatever becomes of the report.
    this.#link.send(text)
    this.#link.onProblem({
      kind: cause instanceof CallError ? 'payload' : 'handler',
      code: error.code,
      detail: `${action}: ${error.message}`,
      messageId,
      cause,
    })
  }

  #done(messageId: string): void {
    this.#handling.splice(this.#handling.indexOf(messageId), 1)
  }
}

export function errorFrame(messageId: string, error: CallError): string {
  const { code, message, details } = error
  return formatFrame({ type: 'error', messageId, code, description: message, details })
}

function refusalOf(messageId: string, handling: readonly string[]): CallError | undefined {
  if (handling.includes(messageId)) {
    return new CallError('RpcFrameworkError', 'a call with this message id is being handled')
  }
  if (handling.length >= connectionLimits.handlingMax) {
    return new CallError('GenericError', 'too many calls at once; wait for the answers')
  }
  return undefined
}

type Payload = Record<string, unknown>

/** @throws CallError for everything the peer did wrong. */
function process(call: Call, handlerOf: FindHandler): Payload | Promise<Payload> {
  const name = parseActionName(call.action)
  if (name === undefined) throw new CallError('NotImplemented')
  const handler = handlerOf(name.action)
  if (handler === undefined) throw new CallError('NotSupported')
  const { payload, context } = name.signed
    ? openSigned(call)
    : { payload: call.payload, context: { messageId: call.messageId } }
  const request = validateRequest(name.action, payload)
  if (!request.ok) throw new CallError(request.reason, request.detail)
  const answer = handler(request.value, context)
  return answer instanceof Promise
    ? answer.then((given) => payloadOf(name.action, given))
    : payloadOf(name.action, answer)
}

function payloadOf(action: Action, answer: Answer<Action>): Payload {
  if ('signed' in answer && isFlattenedJws(answer.signed)) return { ...answer.signed }
  const response = validateResponse(action, answer)
  if (!response.ok) throw new Error(`the handler's answer is not valid: ${response.detail}`)
  return response.value as Payload
}

function openSigned(call: Call): { payload: unknown; context: CallContext } {
  const read = readSigned(call.payload)
  if (!read.ok) throw new CallError(read.reason, read.detail)
  const { jws, payload } = read.value
  return { payload, context: { messageId: call.messageId, signed: jws } }
}
