import {
  concat,
  euiBytes,
  ok,
  refused,
  sameBytes,
  u64,
  type Crypto,
  type Outcome,
  type PrivateKey,
  type PublicKey,
} from '@interlock/kernel'
import { berLength, readBerLength } from './ber.ts'
import { decodeGrouping, kindByte, type Message, type MessageForm } from './message.ts'
import { messageBytesMax, type GbcsProblem } from './problems.ts'

/** The two ends of a MAC: for a command, the DCC's access control broker and the device. */
export type MacKeys = { readonly own: PrivateKey; readonly peer: PublicKey }
export type MacProblem = GbcsProblem | 'MacInvalid'

const macBytes = 12
/** General-ciphering with five empty fields and no key information. */
const cipheringHead = Uint8Array.of(0xdd, 0, 0, 0, 0, 0, 0)
/** Security control (authenticated only) and an invocation counter that is always zero. */
const securityHeader = Uint8Array.of(0x11, 0, 0, 0, 0)
const additionalHead = Uint8Array.of(0x11, 0, 0, 0, 0, 0)
const aesGcm128 = Uint8Array.of(0x60, 0x85, 0x74, 0x06, 0x08, 0x03, 0x00)

/**
 * Wraps `DF 09` … signature (or `00`) in the MAC header and appends the MAC.
 * @throws Error when `bytes` is not a message: callers wrap only what they have read.
 */
export function addMac(bytes: Uint8Array, form: MessageForm, keys: MacKeys, crypto: Crypto) {
  const message = decodeGrouping(bytes, form)
  if (!message.ok) throw new Error(`only a message can be given a MAC: ${message.reason}`)
  const body = concat(securityHeader, bytes, macOf(message.value, keys, crypto))
  return concat(cipheringHead, berLength(body.length), body)
}

/** A message with its MAC header, unread: the part between header and MAC, and the MAC. */
export type Wrapped = { readonly inner: Uint8Array; readonly mac: Uint8Array }

/** Takes off the MAC header; verifies nothing. */
export function unwrapMac(bytes: Uint8Array): Outcome<Wrapped, GbcsProblem> {
  if (bytes.length > messageBytesMax) return refused('TooLong')
  const head = cipheringHead.length
  if (!sameBytes(bytes.subarray(0, head), cipheringHead)) return refused('NotGbcs')
  const length = readBerLength(bytes, head)
  if (length === undefined || length.next + length.length !== bytes.length)
    return refused('LengthWrong')
  if (length.length < securityHeader.length + macBytes) return refused('LengthWrong')
  const innerStart = length.next + securityHeader.length
  if (!sameBytes(bytes.subarray(length.next, innerStart), securityHeader))
    return refused('HeaderMalformed')
  const macStart = bytes.length - macBytes
  return ok({ inner: bytes.slice(innerStart, macStart), mac: bytes.slice(macStart) })
}

/** Takes off the MAC header after verifying the MAC; gives the message inside. */
export function verifyMac(
  bytes: Uint8Array,
  form: MessageForm,
  keys: MacKeys,
  crypto: Crypto,
): Outcome<Message, MacProblem> {
  const wrapped = unwrapMac(bytes)
  if (!wrapped.ok) return wrapped
  const message = decodeGrouping(wrapped.value.inner, form)
  if (!message.ok) return message
  const expected = macOf(message.value, keys, crypto)
  return sameBytes(expected, wrapped.value.mac) ? message : refused('MacInvalid')
}

/**
 * AES-128-GCM over nothing, with the grouping as additional data. Key derivation and IV carry the
 * *originator's* identity although the key pair of a command is the access control broker's.
 */
function macOf(message: Message, keys: MacKeys, crypto: Crypto): Uint8Array {
  const originator = euiBytes(message.originator)
  const otherInformation = concat(
    aesGcm128,
    originator,
    Uint8Array.of(9, kindByte(message.kind)),
    u64(message.counter),
    euiBytes(message.recipient),
  )
  const shared = crypto.agree(keys.own, keys.peer)
  const derived = crypto.sha256(concat(Uint8Array.of(0, 0, 0, 1), shared, otherInformation))
  const iv = concat(originator, Uint8Array.of(0, 0, 0, 0))
  return crypto.gcmTag(derived.subarray(0, 16), iv, concat(additionalHead, message.bytes))
}
