import { ok, refused, toIso, type Instant, type Outcome } from '@interlock/kernel'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { DateTime } from '../fields.ts'
import { ocpiRefusalRow, statusSuccess, type OcpiRefusal } from './refusals.ts'

/** What every answer is wrapped in (§4.1.7). */
export const Envelope = Type.Object({
  data: Type.Optional(Type.Unknown()),
  status_code: Type.Integer({ minimum: 1_000, maximum: 4_999 }),
  status_message: Type.Optional(Type.String({ maxLength: 1_024 })),
  timestamp: DateTime,
})
export type Envelope = Static<typeof Envelope>

const shape = Compile(Envelope)

export const success = (now: Instant, data?: unknown): Envelope => ({
  ...(data === undefined ? {} : { data }),
  status_code: statusSuccess,
  timestamp: toIso(now),
})

export function failure(now: Instant, reason: OcpiRefusal, detail?: string): Envelope {
  const { status, words } = ocpiRefusalRow(reason)
  const told = detail === undefined ? '' : ` (${detail.slice(0, 256)})`
  return {
    status_code: status,
    status_message: `${reason}: ${words}${told}`,
    timestamp: toIso(now),
  }
}

/** What an answer holds; `Status2001` and the like where it is a refusal. */
export function readEnvelope(
  value: unknown,
): Outcome<unknown, 'AnswerMalformed' | `Status${number}`> {
  if (!shape.Check(value)) return refused('AnswerMalformed')
  const { status_code: code, status_message: message, data } = value
  return code >= 1_000 && code < 2_000 ? ok(data) : refused(`Status${code}`, message)
}
