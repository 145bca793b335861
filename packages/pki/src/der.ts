import { concat } from '@interlock/kernel'

/** Distinguished encoding of ASN.1 (X.690): as much as certificates need, and strictly. */

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  nothing: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** `[n]`, constructed or primitive. */
export const context = (n: number, constructed: boolean): number => (constructed ? 0xa0 : 0x80) | n

export function tlv(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concat(...parts)
  return concat(Uint8Array.of(tag), lengthBytes(content.length), content)
}

function lengthBytes(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length)
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return Uint8Array.of(0x80 | bytes.length, ...bytes)
}

/** One element: its tag, its content and the bytes of both with the length between them. */
export type Der = { readonly tag: number; readonly content: Uint8Array; readonly raw: Uint8Array }

/** Bytes that are not the DER expected of them. */
export class DerError extends Error {
  override readonly name = 'DerError'
}

/** @throws DerError unless `bytes` is exactly one element, of `tag` where one is given. */
export function readOne(bytes: Uint8Array, tag?: number): Der {
  const { element, end } = readAt(bytes, 0)
  if (end !== bytes.length) throw new DerError('bytes follow the element')
  return expectTag(element, tag)
}

/**
 * The elements inside a constructed one.
 * @throws DerError when the content is not a whole number of elements.
 */
export function children(parent: Der): Der[] {
  const found: Der[] = []
  for (let at = 0; at < parent.content.length;) {
    const { element, end } = readAt(parent.content, at)
    found.push(element)
    at = end
  }
  return found
}

/** @throws DerError when the element is absent or has another tag. */
export function expectTag(element: Der | undefined, tag: number | undefined): Der {
  if (element === undefined) throw new DerError('an element is missing')
  if (tag !== undefined && element.tag !== tag)
    throw new DerError(`tag ${element.tag} where ${tag} belongs`)
  return element
}

function readAt(bytes: Uint8Array, at: number): { element: Der; end: number } {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined) throw new DerError('it ends inside an element')
  if ((tag & 0x1f) === 0x1f) throw new DerError('tags above 30 are not used here')
  let start = at + 2
  let length = first
  if (first >= 0x80) {
    const count = first & 0x7f
    if (count === 0 || count > 4) throw new DerError('the length is indefinite or too long')
    length = 0
    for (let i = 0; i < count; i++) length = length * 256 + (bytes[start + i] ?? 0)
    start += count
    if (length < 0x80 || length < 256 ** (count - 1))
      throw new DerError('the length is not minimal')
  }
  const end = start + length
  if (end > bytes.length) throw new DerError('it ends inside an element')
  return {
    element: { tag, content: bytes.subarray(start, end), raw: bytes.subarray(at, end) },
    end,
  }
}
