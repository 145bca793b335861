import { ok, parseJson, type Ok } from '@interlock/kernel'
import { isErrorCode, type ErrorCode } from './error-codes.ts'
import { connectionLimits } from './limits.ts'

/** OCPP-J messages (Part 4 §4.2): arrays whose first element is the message type. */
export type Call = {
  readonly type: 'call'
  readonly messageId: string
  readonly action: string
  readonly payload: Record<string, unknown>
}
export type CallResult = {
  readonly type: 'result'
  readonly messageId: string
  readonly payload: Record<string, unknown>
}
export type CallErrorFrame = {
  readonly type: 'error'
  readonly messageId: string
  readonly code: ErrorCode
  readonly description: string
  readonly details: Record<string, unknown>
}
export type Frame = Call | CallResult | CallErrorFrame

/**
 * Text that is not a message. A CALLERROR answers a CALL only, so what claims to be an answer is not
 * `answerable`. The id is `-1` where it could not be read (Part 4 §4.2.3).
 */
export type FramingProblem = {
  readonly ok: false
  readonly reason: 'RpcFrameworkError' | 'MessageTypeNotSupported' | 'ProtocolError'
  readonly detail: string
  readonly messageId: string
  readonly answerable: boolean
}

export const unreadableId = '-1'

export function parseFrame(text: string): Ok<Frame> | FramingProblem {
  const parsed = parseJson(text, connectionLimits.jsonDepthMax)
  if (!parsed.ok) return unreadable(parsed.reason)
  if (!Array.isArray(parsed.value)) return unreadable('not an array')
  const [type, id, ...rest] = parsed.value as unknown[]
  if (type === 3 || type === 4) return answer(type, id, rest)
  const messageId = isMessageId(id) ? id : unreadableId
  if (typeof type !== 'number') return { ...unreadable('no message type'), messageId }
  if (type !== 2) {
    const detail = `message type ${type}`
    return { ok: false, reason: 'MessageTypeNotSupported', detail, messageId, answerable: true }
  }
  if (!isMessageId(id)) return unreadable('the message id is not a string of 1 to 36 characters')
  return call(id, rest)
}

export function formatFrame(frame: Frame): string {
  switch (frame.type) {
    case 'call':
      return JSON.stringify([2, frame.messageId, frame.action, frame.payload])
    case 'result':
      return JSON.stringify([3, frame.messageId, frame.payload])
    case 'error': {
      const description = firstChars(frame.description, connectionLimits.errorDescriptionCharsMax)
      return JSON.stringify([4, frame.messageId, frame.code, description, frame.details])
    }
  }
}

function call(messageId: string, rest: readonly unknown[]): Ok<Frame> | FramingProblem {
  const [action, payload] = rest
  if (rest.length !== 2) return broken(messageId, 'a CALL has four elements')
  if (typeof action !== 'string') return broken(messageId, 'the action is not a string')
  if (!isObject(payload)) {
    const problem = broken(messageId, 'the payload is not an object')
    return { ...problem, reason: 'ProtocolError' }
  }
  return ok({ type: 'call', messageId, action, payload })
}

function answer(type: 3 | 4, id: unknown, rest: readonly unknown[]): Ok<Frame> | FramingProblem {
  const messageId = typeof id === 'string' ? id : unreadableId
  if (!isMessageId(id)) return spoiled(messageId, 'the answer has no message id')
  if (type === 3) {
    const [payload] = rest
    if (rest.length !== 1 || !isObject(payload))
      return spoiled(messageId, 'a CALLRESULT carries one object')
    return ok({ type: 'result', messageId, payload })
  }
  const [code, description, details = {}] = rest
  if (typeof code !== 'string' || typeof description !== 'string' || !isObject(details)) {
    return spoiled(messageId, 'a CALLERROR carries code, description and details')
  }
  // A code of the peer's own invention is kept in words.
  const known = isErrorCode(code)
  return ok({
    type: 'error',
    messageId,
    code: known ? code : 'GenericError',
    description: known ? description : `${code}: ${description}`,
    details,
  })
}

const broken = (messageId: string, detail: string): FramingProblem => ({
  ok: false,
  reason: 'RpcFrameworkError',
  detail,
  messageId,
  answerable: true,
})
const unreadable = (detail: string): FramingProblem => broken(unreadableId, detail)
/** What claims to be an answer is never answered. */
const spoiled = (messageId: string, detail: string): FramingProblem => ({
  ...broken(messageId, detail),
  answerable: false,
})

const isMessageId = (id: unknown): id is string =>
  typeof id === 'string' && id.length > 0 && id.length <= connectionLimits.messageIdCharsMax

/** Never ends between the halves of a surrogate pair, which would not be valid UTF-8. */
function firstChars(text: string, max: number): string {
  return text.length <= max ? text : text.slice(0, max).replace(/[\ud800-\udbff]$/, '')
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
