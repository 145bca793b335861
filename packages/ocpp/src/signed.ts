import { fromBase64Url, fromUtf8, ok, parseJson, type Ok } from '@interlock/kernel'
import { isObject } from './frame.ts'
import { connectionLimits } from './limits.ts'
import { isAction, type Action } from './messages.ts'
import type { SchemaProblem } from './validate.ts'

/** Flattened JWS (RFC 7515 §7.2.2): the payload of every `-Signed` action (Part 4 §7.1). */
export type FlattenedJws = {
  readonly payload: string
  readonly protected: string
  readonly signature: string
  readonly header?: { readonly countersignature?: string }
}

const suffix = '-Signed'

export const signedName = (action: Action): string => action + suffix

/** The action a name on the wire stands for; `undefined` when OCPP 2.0.1 has none such. */
export function parseActionName(
  name: string,
): { readonly action: Action; readonly signed: boolean } | undefined {
  if (isAction(name)) return { action: name, signed: false }
  const action = name.endsWith(suffix) ? name.slice(0, -suffix.length) : ''
  return isAction(action) ? { action, signed: true } : undefined
}

/** Checks the shape and decodes the payload. Whether the signature is good is for the gate to say. */
export function readSigned(
  value: unknown,
): Ok<{ readonly jws: FlattenedJws; readonly payload: unknown }> | SchemaProblem {
  if (!isFlattenedJws(value)) return broken('FormatViolation', 'not a flattened JWS')
  const bytes = fromBase64Url(value.payload)
  if (bytes === undefined) return broken('FormatViolation', 'the signed payload is not base64url')
  const text = decode(bytes)
  const parsed = text === undefined ? undefined : parseJson(text, connectionLimits.jsonDepthMax)
  if (parsed === undefined || !parsed.ok) {
    return broken('FormatViolation', 'the signed payload is not JSON')
  }
  return ok({ jws: value, payload: parsed.value })
}

export function isFlattenedJws(value: unknown): value is FlattenedJws {
  if (!isObject(value)) return false
  const { payload, protected: header, signature, header: open, ...unknown } = value
  return (
    Object.keys(unknown).length === 0 &&
    [payload, header, signature].every(isBase64Url) &&
    (open === undefined || isOpenHeader(open))
  )
}

function isOpenHeader(value: unknown): boolean {
  if (!isObject(value)) return false
  const { countersignature, ...unknown } = value
  return (
    Object.keys(unknown).length === 0 &&
    (countersignature === undefined || typeof countersignature === 'string')
  )
}

const isBase64Url = (value: unknown): boolean =>
  typeof value === 'string' && value !== '' && /^[A-Za-z0-9_-]*$/.test(value)

function decode(bytes: Uint8Array): string | undefined {
  try {
    return fromUtf8(bytes)
  } catch {
    return undefined
  }
}

const broken = (reason: SchemaProblem['reason'], detail: string): SchemaProblem => ({
  ok: false,
  reason,
  detail,
})
