import { concat } from '@interlock/kernel'
import type { Curve } from './algorithms.ts'

const sequence = 0x30
const integer = 0x02
const longForm = 0x81

/**
 * r‖s of a signature that is DER (SEQUENCE of two INTEGERs) or r‖s already; makers write both, whatever
 * `SM` says. `undefined` for anything else.
 */
export function rawSignature(bytes: Uint8Array, { bytes: size }: Curve): Uint8Array | undefined {
  return fromDer(bytes, size) ?? (bytes.length === 2 * size ? bytes : undefined)
}

function fromDer(bytes: Uint8Array, size: number): Uint8Array | undefined {
  const whole = element(bytes, sequence)
  if (whole === undefined || whole.rest.length > 0) return undefined
  const r = element(whole.content, integer)
  const s = r && element(r.rest, integer)
  if (r === undefined || s === undefined || s.rest.length > 0) return undefined
  const [left, right] = [padded(r.content, size), padded(s.content, size)]
  return left && right && concat(left, right)
}

type Element = { readonly content: Uint8Array; readonly rest: Uint8Array }

function element(bytes: Uint8Array, tag: number): Element | undefined {
  if (bytes[0] !== tag) return undefined
  const long = bytes[1] === longForm
  const start = long ? 3 : 2
  const length = bytes[start - 1]
  if (length === undefined || (!long && length >= 0x80)) return undefined
  const end = start + length
  return end > bytes.length
    ? undefined
    : { content: bytes.subarray(start, end), rest: bytes.subarray(end) }
}

/** An unsigned integer at its full width; some makers leave leading zeros, or leave them out. */
function padded(content: Uint8Array, size: number): Uint8Array | undefined {
  const first = content.findIndex((byte) => byte !== 0)
  if (first < 0) return undefined
  const digits = content.subarray(first)
  if (digits.length > size) return undefined
  return concat(new Uint8Array(size - digits.length), digits)
}
