import type { FlattenedJws } from '@interlock/contract'
import { limits } from '@interlock/contract'
import {
  fromBase64Url,
  intoUtf8,
  ok,
  refused,
  toBase64Url,
  utf8,
  type Crypto,
  type Outcome,
  type PrivateKey,
} from '@interlock/kernel'
import { parseStrictJson } from './strict-json.ts'

/** A JSON object whose members nobody has checked yet. */
export type Members = Readonly<Record<string, unknown>>

export const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const dot = 0x2e

/** Length of an ES256 signature: r‖s (RFC 7518 §3.4). */
const signatureBytes = 64

export const encodeJson = (value: unknown): string => toBase64Url(utf8(JSON.stringify(value)))

/** Signs `payload` under `header` and returns the flattened form (RFC 7515 §7.2.2). */
export function signFlattened(
  header: object,
  payload: unknown,
  key: PrivateKey,
  crypto: Crypto,
): FlattenedJws {
  const parts = { payload: encodeJson(payload), protected: encodeJson(header) }
  const signed = utf8(`${parts.protected}.${parts.payload}`)
  return { ...parts, signature: toBase64Url(crypto.sign(key, signed)) }
}

/** Signs bytes that travel elsewhere: `protected..signature` (RFC 7515 appendix F). */
export function signDetached(
  header: object,
  content: Uint8Array,
  key: PrivateKey,
  crypto: Crypto,
): string {
  const head = encodeJson(header)
  const signature = crypto.sign(key, detachedInput(head, content))
  return `${head}..${toBase64Url(signature)}`
}

/** What a signature over detached bytes covers, with the header as it is encoded, in ASCII (RFC 7515 §5.1). */
export function detachedInput(head: string, content: Uint8Array): Uint8Array {
  const body = toBase64Url(content)
  const input = new Uint8Array(head.length + 1 + body.length)
  intoUtf8(head, input)
  input[head.length] = dot
  intoUtf8(body, input.subarray(head.length + 1))
  return input
}

/** One JWS after decoding: unverified. */
export type DecodedJws = {
  readonly header: Members
  /** What the signature covers. */
  readonly signed: Uint8Array
  readonly signature: Uint8Array
}

/** Reads a protected header and a signature over `${head}.${body}`. */
export function decodeJws(
  head: unknown,
  body: string,
  signature: unknown,
): Outcome<DecodedJws, 'Malformed'> {
  if (typeof head !== 'string' || typeof signature !== 'string')
    return refused('Malformed', 'protected and signature are texts')
  const bytes = fromBase64Url(head)
  const signatureValue = fromBase64Url(signature)
  if (bytes === undefined || signatureValue?.length !== signatureBytes)
    return refused('Malformed', 'not base64url, or not an ES256 signature')
  const header = parseStrictJson(bytes)
  if (!header.ok) return header
  if (!isMembers(header.value)) return refused('Malformed', 'the protected header is no object')
  return ok({
    header: header.value,
    signed: utf8(`${head}.${body}`),
    signature: signatureValue,
  })
}

/** The shape of a flattened JWS at the door, within the frame limit and without stray members. */
export function asFlattened(value: unknown): Outcome<FlattenedJws, 'Malformed'> {
  if (!isMembers(value)) return refused('Malformed', 'no flattened JWS')
  const known = ['payload', 'protected', 'signature', 'header', 'customData']
  const stray = Object.keys(value).find((name) => !known.includes(name))
  if (stray !== undefined) return refused('Malformed', `a member ${stray} that no JWS has here`)
  const texts = [value['payload'], value['protected'], value['signature']]
  if (!texts.every((text) => typeof text === 'string'))
    return refused('Malformed', 'payload, protected and signature are texts')
  if (texts.join('').length > limits.frameBytesMax) return refused('Malformed', 'too large')
  const header = value['header']
  if (header === undefined) return ok(value as FlattenedJws)
  const named =
    isMembers(header) && Object.keys(header).every((name) => name === 'countersignature')
  if (!named || typeof header['countersignature'] !== 'string')
    return refused('Malformed', 'the unprotected header holds a countersignature only')
  return ok(value as FlattenedJws)
}

/** Every named extension is present and listed in `crit`, and `crit` lists nothing else. */
export function critListsExactly(header: Members, extensions: readonly string[]): boolean {
  const crit = header['crit']
  if (!Array.isArray(crit)) return false
  // As many as there are, and each of them: then none is listed twice.
  const named: readonly unknown[] = crit
  return (
    named.length === extensions.length &&
    extensions.every((name) => named.includes(name) && Object.hasOwn(header, name))
  )
}

/** The bytes that a countersignature and a reply refer to: the whole of the originator's message. */
export const messageBytes = (jws: FlattenedJws): Uint8Array =>
  utf8(`${jws.protected}.${jws.payload}.${jws.signature}`)
