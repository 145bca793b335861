import { CallError, CallFailed } from './error-codes.ts'
import { parseFrame, type FramingProblem } from './frame.ts'
import { createIncoming, errorFrame } from './incoming.ts'
import type { FindHandler, Handler, Handlers, Incoming } from './incoming.ts'
import { connectionLimits } from './limits.ts'
import { Link, type LinkOptions } from './link.ts'
import type { Action, Request, Response } from './messages.ts'
import { createOutgoing, type Outgoing } from './outgoing.ts'
import { readSigned, signedName, type FlattenedJws } from './signed.ts'
import { validateRequest, validateResponse } from './validate.ts'

/** One end of an OCPP-J connection: the same for station, CSMS and virtual EVSE. */
export type Endpoint = {
  /**
   * @throws CallFailed on a CALLERROR, a timeout, a full queue, a bad answer or a closed connection.
   * @throws TypeError when the payload is not a request of that action, or no JSON.
   */
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

export type EndpointOptions = LinkOptions & { readonly handlers: Handlers | FindHandler }

export const createEndpoint = (options: EndpointOptions): Endpoint => new OpenEndpoint(options)

const timeoutOf = (given?: { readonly timeoutMillis?: number }): number =>
  given?.timeoutMillis ?? connectionLimits.callTimeoutMillis

class OpenEndpoint implements Endpoint {
  readonly closed: Promise<void>
  readonly #link: Link
  readonly #given: Handlers | FindHandler
  readonly #outgoing: Outgoing
  readonly #incoming: Incoming
  /** Handlers that took the place of those given. */
  #replaced: Handlers | undefined

  constructor(options: EndpointOptions) {
    const link = new Link(options)
    this.#link = link
    this.#given = options.handlers
    this.#outgoing = createOutgoing(link)
    this.#incoming = createIncoming(link, (action) => this.#handlerOf(action))
    link.transport.onMessage((text) => this.#receive(text))
    this.closed = new Promise<void>((resolve) => {
      link.transport.onClose(() => {
        link.open = false
        this.#outgoing.close()
        resolve()
      })
    })
  }

  async call<A extends Action>(
    action: A,
    payload: Request<A>,
    given?: { readonly timeoutMillis?: number },
  ): Promise<Response<A>> {
    const request = validateRequest(action, payload)
    if (!request.ok) throw new TypeError(`${action} is not valid: ${request.detail}`)
    const wire = payload as Record<string, unknown>
    const result = await this.#outgoing.call(action, wire, timeoutOf(given))
    return checkedResponse(action, action, result)
  }

  async callSigned(
    action: Action,
    jws: FlattenedJws,
    given?: { readonly timeoutMillis?: number },
  ): Promise<unknown> {
    const name = signedName(action)
    const result = await this.#outgoing.call(name, { ...jws }, timeoutOf(given))
    const signed = readSigned(result)
    checkedResponse(action, name, signed.ok ? signed.value.payload : result)
    return result
  }

  handle<A extends Action>(action: A, handler: Handler<A>): Handler<A> | undefined {
    const before = this.#handlerOf(action) as Handler<A> | undefined
    this.#replaced = { ...this.#replaced, [action]: handler }
    return before
  }

  close(code = 1000, reason = ''): void {
    this.#link.transport.close(code, reason)
  }

  #handlerOf(action: Action): Handler<Action> | undefined {
    const replaced = this.#replaced?.[action] as Handler<Action> | undefined
    if (replaced !== undefined) return replaced
    const given = this.#given
    return typeof given === 'function'
      ? given(action)
      : (given[action] as Handler<Action> | undefined)
  }

  #receive(text: string): void {
    const { open, transport, onProblem } = this.#link
    if (!open) return
    if (transport.bufferedBytes > connectionLimits.bufferedBytesMax) {
      onProblem({ kind: 'overload', code: 'NotReading', detail: 'the peer does not read' })
      transport.close(1008, 'not reading')
      return
    }
    const frame = parseFrame(text)
    if (!frame.ok) this.#broken(frame)
    else if (frame.value.type === 'call') this.#incoming.receive(frame.value)
    else if (!this.#outgoing.answered(frame.value)) {
      const { messageId } = frame.value
      const detail = 'it answers no call that is waiting'
      onProblem({ kind: 'result', code: 'UnknownResult', detail, messageId })
    }
  }

  #broken({ reason, detail, messageId, answerable }: FramingProblem): void {
    this.#link.onProblem({ kind: 'frame', code: reason, detail, messageId })
    if (answerable) this.#link.send(errorFrame(messageId, new CallError(reason, detail)))
    else this.#outgoing.spoiled(messageId, detail)
  }
}

function checkedResponse<A extends Action>(action: A, name: string, result: unknown): Response<A> {
  const response = validateResponse(action, result)
  if (!response.ok) throw new CallFailed('ResponseInvalid', name, response.detail)
  return response.value
}
