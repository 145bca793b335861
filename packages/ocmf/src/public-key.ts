import { concat, fromHex, ok, refused, toHex, type Outcome } from '@interlock/kernel'
import { algorithmOf, curves, defaultAlgorithm, type Curve } from './algorithms.ts'
import { bytesOf } from './encoding.ts'
import type { OcmfProblem } from './problems.ts'
import type { OcmfRecord } from './record.ts'

const sequence = 0x30
const bitString = 0x03
const uncompressed = 0x04
/** id-ecPublicKey (RFC 5480 §2.1.1), DER. */
const ecPublicKey = '06072a8648ce3d0201'

/**
 * SubjectPublicKeyInfo (DER) of a key that came beside a record: hex or base64, a whole
 * SubjectPublicKeyInfo, or the bare point with or without its 04.
 */
export function publicKeyOf(text: string, curve: Curve): Outcome<Uint8Array, OcmfProblem> {
  const bytes = bytesOf(text)
  if (bytes === undefined) return refused('KeyUnreadable')
  const named = curves.find((each) => startsWith(bytes, prefixOf(each)))
  if (named !== undefined && named !== curve)
    return refused('KeyOfAnotherCurve', `a key of ${named.name}, a record of ${curve.name}`)
  const prefix = prefixOf(curve)
  if (named !== undefined)
    return bytes.length === prefix.length + 2 * curve.bytes ? ok(bytes) : refused('KeyUnreadable')
  const point = bytes[0] === uncompressed && bytes.length % 2 === 1 ? bytes.subarray(1) : bytes
  if (point.length !== 2 * curve.bytes) return refused('KeyUnreadable', `${bytes.length} bytes`)
  return ok(concat(prefix, point))
}

/** A key of the curve of that record in one writing, whichever it came in; `undefined` where it is none. */
export function keyIn(text: string, { algorithm }: OcmfRecord): string | undefined {
  const curve = algorithmOf(algorithm ?? defaultAlgorithm)?.curve
  const key = curve && publicKeyOf(text, curve)
  return key?.ok === true ? toHex(key.value) : undefined
}

export function sameKey(left: string, right: string, record: OcmfRecord): boolean {
  const key = keyIn(left, record)
  return key !== undefined && key === keyIn(right, record)
}

/** Everything before X‖Y. */
function prefixOf({ bytes: size, oidHex }: Curve): Uint8Array {
  const algorithm = tagged(sequence, hex(ecPublicKey + oidHex))
  const point = 2 * size + 1
  const key = concat(lengthOf(bitString, point + 1), Uint8Array.of(0, uncompressed))
  return concat(lengthOf(sequence, algorithm.length + key.length + 2 * size), algorithm, key)
}

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array()

const tagged = (tag: number, content: Uint8Array): Uint8Array =>
  concat(lengthOf(tag, content.length), content)

/** Tag and length octets (X.690 §8.1.3); no key here is longer than 255 bytes. */
const lengthOf = (tag: number, length: number): Uint8Array =>
  length < 0x80 ? Uint8Array.of(tag, length) : Uint8Array.of(tag, 0x81, length)

const startsWith = (bytes: Uint8Array, prefix: Uint8Array): boolean =>
  prefix.every((byte, at) => bytes[at] === byte)
