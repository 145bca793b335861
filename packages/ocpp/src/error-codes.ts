/** RPC framework error codes (OCPP 2.0.1 Part 4 §4.3, table 7), with the text we send. */
export const errorCodes = {
  FormatViolation: 'the payload is syntactically incorrect',
  GenericError: 'an error that no other code covers',
  InternalError: 'the receiver could not process the call',
  MessageTypeNotSupported: 'the message type is not supported',
  NotImplemented: 'the action is not known',
  NotSupported: 'the action is known and not supported',
  OccurrenceConstraintViolation: 'a field is missing or occurs too often',
  PropertyConstraintViolation: 'a field has a value that is not allowed',
  ProtocolError: 'the payload is not the structure of the action',
  RpcFrameworkError: 'this is not a valid RPC message',
  SecurityError: 'a security issue prevents processing the call',
  TypeConstraintViolation: 'a field has the wrong type',
} as const
export type ErrorCode = keyof typeof errorCodes

export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(errorCodes, text)

/** Thrown by a handler: the peer gets a CALLERROR with this code instead of a CALLRESULT. */
export class CallError extends Error {
  override readonly name = 'CallError'
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    code: ErrorCode,
    description: string = errorCodes[code],
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(description)
    this.code = code
    this.details = details
  }
}

/** Why a call of ours has no answer, besides the peer's CALLERROR. */
export type CallFailure = 'Timeout' | 'Closed' | 'QueueFull' | 'ResponseInvalid'

/** Thrown by {@link Endpoint.call}. The peer may or may not have acted, unless it said so. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed'
  readonly code: ErrorCode | CallFailure
  readonly action: string
  /** The peer's own words, or what was wrong with its answer. */
  readonly description: string

  constructor(code: ErrorCode | CallFailure, action: string, description: string) {
    super(`${action}: ${code}${description === '' ? '' : `: ${description}`}`)
    this.code = code
    this.action = action
    this.description = description
  }
}
