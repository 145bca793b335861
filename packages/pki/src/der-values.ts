import { concat, fromHex, instant, utf8, type Instant } from '@interlock/kernel'
import { DerError, expectTag, tags, tlv, type Der } from './der.ts'

/** The values inside certificates, each as a writer and its reader. Readers throw DerError. */

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array =>
  tlv(tags.sequence, ...parts)
export const set = (...parts: readonly Uint8Array[]): Uint8Array => tlv(tags.set, ...parts)
export const octets = (bytes: Uint8Array): Uint8Array => tlv(tags.octetString, bytes)
export const bits = (bytes: Uint8Array): Uint8Array => tlv(tags.bitString, Uint8Array.of(0), bytes)
export const truth = (value: boolean): Uint8Array =>
  tlv(tags.boolean, Uint8Array.of(value ? 0xff : 0))
export const nothing = (): Uint8Array => tlv(tags.nothing)
export const utf8String = (text: string): Uint8Array => tlv(tags.utf8String, utf8(text))

/** A non-negative integer from its big-endian bytes. */
export function integer(bytes: Uint8Array): Uint8Array {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start++
  const rest = bytes.subarray(start)
  const padded = rest.length === 0 || (rest[0] ?? 0) >= 0x80 ? concat(Uint8Array.of(0), rest) : rest
  return tlv(tags.integer, padded)
}

export function smallInteger(value: number): Uint8Array {
  const hex = value.toString(16)
  return integer(fromHex(hex.length % 2 === 0 ? hex : `0${hex}`) ?? new Uint8Array())
}

/** The magnitude of a non-negative integer, without the leading zero. */
export function readInteger(element: Der | undefined): Uint8Array {
  const { content } = expectTag(element, tags.integer)
  const [first, second] = content
  if (first === undefined || first >= 0x80) throw new DerError('an integer is empty or negative')
  if (first === 0 && second !== undefined && second < 0x80)
    throw new DerError('an integer is not minimal')
  return first === 0 && content.length > 1 ? content.subarray(1) : content
}

export function readSmallInteger(element: Der | undefined): number {
  const bytes = readInteger(element)
  if (bytes.length > 6) throw new DerError('an integer is too large')
  return bytes.reduce((value, byte) => value * 256 + byte, 0)
}

export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc % 128]
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift((left % 128) | 0x80)
    return groups
  })
  return tlv(tags.oid, Uint8Array.from(bytes))
}

export function readOid(element: Der | undefined): string {
  const { content } = expectTag(element, tags.oid)
  const arcs: number[] = []
  let arc = 0
  for (const [i, byte] of content.entries()) {
    if (arc === 0 && byte === 0x80) throw new DerError('an object identifier is not minimal')
    arc = arc * 128 + (byte & 0x7f)
    if (arc > Number.MAX_SAFE_INTEGER / 128) throw new DerError('an object identifier is too large')
    if (byte < 0x80) {
      arcs.push(arc)
      arc = 0
    } else if (i === content.length - 1) throw new DerError('an object identifier is cut off')
  }
  const [head, ...rest] = arcs
  if (head === undefined) throw new DerError('an object identifier is empty')
  const first = Math.min(2, Math.floor(head / 40))
  return [first, head - first * 40, ...rest].join('.')
}

/** UTCTime up to 2049, GeneralizedTime after (RFC 5280 §4.1.2.5); whole seconds. */
export function time(at: Instant): Uint8Array {
  const text = new Date(at).toISOString().replace(/[-:T]/g, '').slice(0, 14)
  return Number(text.slice(0, 4)) < 2050
    ? tlv(tags.utcTime, utf8(`${text.slice(2)}Z`))
    : tlv(tags.generalizedTime, utf8(`${text}Z`))
}

export function readTime(element: Der | undefined): Instant {
  const { tag, content } = expectTag(element, undefined)
  const text = String.fromCharCode(...content.subarray(0, 20))
  const short = tag === tags.utcTime && /^\d{12}Z$/.test(text)
  if (!short && !(tag === tags.generalizedTime && /^\d{14}Z$/.test(text)))
    throw new DerError('a time is malformed')
  const full = short ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text
  const value = Date.parse(full.replace(/^(....)(..)(..)(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  if (Number.isNaN(value)) throw new DerError('a time is not a date')
  return instant(value)
}

export function readBits(element: Der | undefined): Uint8Array {
  const { content } = expectTag(element, tags.bitString)
  if (content[0] !== 0) throw new DerError('a bit string is not whole bytes')
  return content.subarray(1)
}

export function readTruth(element: Der | undefined): boolean {
  const { content } = expectTag(element, tags.boolean)
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff))
    throw new DerError('a boolean is malformed')
  return content[0] === 0xff
}

/** Text of any of the string types certificates use; all of them read as UTF-8. */
export function readText(element: Der | undefined): string {
  const { tag, content } = expectTag(element, undefined)
  if (tag !== tags.utf8String && tag !== tags.printableString && tag !== tags.ia5String)
    throw new DerError('a text has an unknown type')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content)
  } catch (cause) {
    throw new DerError('a text is not UTF-8', { cause })
  }
}

/** ECDSA-Sig-Value ↔ the 64 bytes r‖s that the Crypto port speaks. */
export const signatureToDer = (signature: Uint8Array): Uint8Array =>
  sequence(integer(signature.subarray(0, 32)), integer(signature.subarray(32)))

export function signatureFromDer(r: Der | undefined, s: Der | undefined): Uint8Array {
  const joined = new Uint8Array(64)
  for (const [i, part] of [readInteger(r), readInteger(s)].entries()) {
    if (part.length > 32) throw new DerError('a signature is too long')
    joined.set(part, 32 * (i + 1) - part.length)
  }
  return joined
}
