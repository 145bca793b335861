import { ok, type Ok } from '@interlock/kernel'
import { requests, responses, type Validator } from '../generated/validators.js'
import type { ErrorCode } from './error-codes.ts'
import type { Action, Request, Response } from './messages.ts'

/** A payload that breaks its schema: the error code for it and where. */
export type SchemaProblem = {
  readonly ok: false
  readonly reason: ErrorCode
  readonly detail: string
}

export const validateRequest = <A extends Action>(
  action: A,
  payload: unknown,
): Ok<Request<A>> | SchemaProblem => check<Request<A>>(requests[action], payload)

export const validateResponse = <A extends Action>(
  action: A,
  payload: unknown,
): Ok<Response<A>> | SchemaProblem => check<Response<A>>(responses[action], payload)

function check<Payload>(validator: Validator, payload: unknown): Ok<Payload> | SchemaProblem {
  if (validator(payload)) return ok(payload as Payload)
  const error = validator.errors?.[0]
  const reason = codeOf[error?.keyword ?? ''] ?? 'FormatViolation'
  return {
    ok: false,
    reason,
    detail: `${error?.instancePath || 'payload'} ${error?.message ?? 'is not valid'}`,
  }
}

/** Which error code answers which broken rule of a schema (Part 4 §4.3). */
const codeOf: Readonly<Record<string, ErrorCode>> = {
  additionalProperties: 'FormatViolation',
  type: 'TypeConstraintViolation',
  required: 'OccurrenceConstraintViolation',
  minItems: 'OccurrenceConstraintViolation',
  maxItems: 'OccurrenceConstraintViolation',
  enum: 'PropertyConstraintViolation',
  maxLength: 'PropertyConstraintViolation',
  minimum: 'PropertyConstraintViolation',
  maximum: 'PropertyConstraintViolation',
  format: 'PropertyConstraintViolation',
}
