import { ok, refused, type Outcome } from '@interlock/kernel'
import type { HttpResponse } from './http-client.ts'

/** A success's body, or the reason of its problem document. */
export function outcomeOf({ status, body }: HttpResponse): Outcome<unknown, string> {
  if (status >= 200 && status < 300) return ok(body)
  const { reason, detail } = (typeof body === 'object' && body !== null ? body : {}) as {
    reason?: unknown
    detail?: unknown
  }
  return refused(
    typeof reason === 'string' ? reason : `Status${status}`,
    typeof detail === 'string' ? detail : undefined,
  )
}
