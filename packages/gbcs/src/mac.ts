import {
  assert,
  concat,
  euiBytes,
  ok,
  refused,
  sameBytes,
  u64,
  type Crypto,
  type Eui64,
  type Outcome,
  type PrivateKey,
  type PublicKey,
} from '@interlock/kernel'
import { berLength, readBerLength } from './ber.ts'
import { constant, lengthPart, movedBy, readLayout, type Part } from './layout.ts'
import { decodeGrouping, kindByte, tooLong, type Message, type MessageForm } from './message.ts'
import { messageBytesMax, type GbcsProblem } from './problems.ts'

/** The two ends of a MAC: for a command, the DCC's access control broker and the device. */
export type MacKeys = { readonly own: PrivateKey; readonly peer: PublicKey }
export type MacProblem = GbcsProblem | 'MacInvalid'

const macBytes = 12
/** General-ciphering with five empty fields and no key information. */
const cipheringHead = Uint8Array.of(0xdd, 0, 0, 0, 0, 0, 0)
/** Security control (authenticated only) and an invocation counter that is always zero. */
const securityHeader = Uint8Array.of(0x11, 0, 0, 0, 0)
const cipheringLayout = [
  {
    ...constant('general ciphering', ...cipheringHead),
    say: () => 'five empty fields, no key information',
  },
]
const securityLayout = [
  {
    ...constant('security header', ...securityHeader),
    say: () => 'authenticated only, invocation counter 0',
  },
]
const noCounter = (): bigint => 0n
const additionalHead = Uint8Array.of(0x11, 0, 0, 0, 0, 0)
const aesGcm128 = Uint8Array.of(0x60, 0x85, 0x74, 0x06, 0x08, 0x03, 0x00)

/**
 * Wraps `DF 09` … signature (or `00`) in the MAC header and appends the MAC.
 * @throws Error when `bytes` is not a message: callers wrap only what they have read.
 */
export function addMac(bytes: Uint8Array, form: MessageForm, keys: MacKeys, crypto: Crypto) {
  const message = decodeGrouping(bytes, form)
  if (!message.ok) throw new Error(`only a message can be given a MAC: ${message.reason}`)
  return wrapMac(bytes, macOf(message.value, keys, crypto))
}

/** Puts a MAC that is there already back around a message. */
export function wrapMac(bytes: Uint8Array, mac: Uint8Array): Uint8Array {
  assert(mac.length === macBytes, 'a MAC has 12 bytes')
  const body = concat(securityHeader, bytes, mac)
  return concat(cipheringHead, berLength(body.length), body)
}

/** A message with its MAC header, unread: the part between header and MAC, and the MAC. */
export type Wrapped = {
  readonly inner: Uint8Array
  readonly mac: Uint8Array
  /** The MAC header, field by field. */
  readonly header: () => readonly Part[]
}

export const hasMacHeader = (bytes: Uint8Array): boolean => bytes[0] === cipheringHead[0]

/** Takes off the MAC header; verifies nothing. */
export function unwrapMac(bytes: Uint8Array): Outcome<Wrapped, GbcsProblem> {
  if (bytes.length > messageBytesMax) return tooLong(bytes)
  const ciphering = readLayout(cipheringLayout, bytes, noCounter)
  if (!ciphering.ok) return refused('NotGbcs', ciphering.detail)
  const head = cipheringHead.length
  const length = readBerLength(bytes, head)
  if (length === undefined || length.next + length.length !== bytes.length)
    return refused('LengthWrong', 'length after the MAC header: is not that of what follows')
  if (length.length < securityHeader.length + macBytes)
    return refused('LengthWrong', 'MAC: the message ends before it does')
  const security = readLayout(securityLayout, bytes.subarray(length.next), noCounter)
  if (!security.ok) return refused('HeaderMalformed', security.detail)
  const innerStart = length.next + securityHeader.length
  const macStart = bytes.length - macBytes
  const header = () => [
    ...ciphering.value.parts(),
    lengthPart('length of what follows', bytes, head, length),
    ...movedBy(length.next, security.value.parts()),
  ]
  return ok({ inner: bytes.slice(innerStart, macStart), mac: bytes.slice(macStart), header })
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
  const { originator: by, recipient: to, counter } = message
  const key = agreedKey({ by, to, counter, kindByte: kindByte(message.kind) }, keys, crypto)
  const iv = concat(euiBytes(by), Uint8Array.of(0, 0, 0, 0))
  return crypto.gcmTag(key, iv, concat(additionalHead, message.bytes))
}

/** The key of both ends for one message, of 16 bytes. */
export function agreedKey(
  of: {
    readonly by: Eui64
    readonly to: Eui64
    readonly counter: bigint
    readonly kindByte: number
  },
  keys: MacKeys,
  crypto: Crypto,
): Uint8Array {
  const otherInformation = concat(
    aesGcm128,
    euiBytes(of.by),
    Uint8Array.of(9, of.kindByte),
    u64(of.counter),
    euiBytes(of.to),
  )
  const shared = crypto.agree(keys.own, keys.peer)
  const derived = crypto.sha256(concat(Uint8Array.of(0, 0, 0, 1), shared, otherInformation))
  return derived.subarray(0, 16)
}
