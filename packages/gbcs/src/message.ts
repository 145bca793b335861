import {
  assert,
  concat,
  euiBytes,
  euiFromBytes,
  ok,
  readU64,
  refused,
  u64,
  type Eui64,
  type Outcome,
} from '@interlock/kernel'
import { berLength, readBerLength } from './ber.ts'
import { messageBytesMax, type GbcsProblem } from './problems.ts'

const kinds = { command: 0x01, response: 0x02, alert: 0x03 } as const
export type MessageKind = keyof typeof kinds
export const kindByte = (kind: MessageKind): number => kinds[kind]

/** What a grouping header and its content say. */
export type Grouping = {
  readonly kind: MessageKind
  readonly counter: bigint
  readonly originator: Eui64
  readonly recipient: Eui64
  readonly messageCode: number
  /** Supplementary remote party and its counter: in alerts, whose command the alert is about. */
  readonly about?: { readonly party: Eui64; readonly counter: bigint }
  readonly content: Uint8Array
}

/** A grouping as it was read. */
export type Message = Grouping & {
  /** `DF 09` … to the end of the signature (or of the content in a pre-command). */
  readonly bytes: Uint8Array
  /** What a signature covers: everything after the leading `DF`, to the end of the content. */
  readonly covered: Uint8Array
  readonly signature?: Uint8Array
}

/** How a grouping ends: with its content, with `00` (unsigned), or with `40` and 64 bytes. */
export type MessageForm = 'preCommand' | 'unsigned' | 'signed'

export const signatureBytes = 64
const generalSigning = 0xdf
const transactionIdBytes = 9
const fixedHeaderBytes = 31

/** The bytes from `DF 09` to the end of the content. */
export function encodeGrouping(grouping: Grouping): Uint8Array {
  assert(grouping.counter >= 0n && grouping.counter < 1n << 64n, 'a counter has 64 bits')
  const code = Uint8Array.of(grouping.messageCode >> 8, grouping.messageCode & 0xff)
  const about = grouping.about
  const otherInformation =
    about === undefined ? code : concat(code, euiBytes(about.party), u64(about.counter))
  return concat(
    Uint8Array.of(generalSigning, transactionIdBytes, kinds[grouping.kind]),
    u64(grouping.counter),
    Uint8Array.of(8),
    euiBytes(grouping.originator),
    Uint8Array.of(8),
    euiBytes(grouping.recipient),
    Uint8Array.of(0, otherInformation.length),
    otherInformation,
    berLength(grouping.content.length),
    grouping.content,
  )
}

/** Reads one grouping and nothing more: trailing bytes are an error. */
export function decodeGrouping(
  bytes: Uint8Array,
  form: MessageForm,
): Outcome<Message, GbcsProblem> {
  if (bytes.length > messageBytesMax) return refused('TooLong')
  if (bytes[0] !== generalSigning || bytes[1] !== transactionIdBytes) return refused('NotGbcs')
  const header = readHeader(bytes)
  if (!header.ok) return header
  const length = readBerLength(bytes, header.value.end)
  if (length === undefined) return refused('LengthWrong')
  const contentEnd = length.next + length.length
  const tail = readTail(bytes, contentEnd, form)
  if (!tail.ok) return tail
  const { end: _end, ...fields } = header.value
  return ok({
    ...fields,
    content: bytes.slice(length.next, contentEnd),
    bytes: bytes.slice(),
    covered: bytes.slice(1, contentEnd),
    ...(tail.value === undefined ? {} : { signature: tail.value }),
  })
}

type Header = Omit<Grouping, 'content'> & { readonly end: number }

function readHeader(bytes: Uint8Array): Outcome<Header, GbcsProblem> {
  const otherBytes = bytes[fixedHeaderBytes - 1]
  if (otherBytes === undefined) return refused('LengthWrong')
  const kind = (Object.keys(kinds) as MessageKind[]).find((each) => kinds[each] === bytes[2])
  const fixed = bytes[11] === 8 && bytes[20] === 8 && bytes[29] === 0
  if (kind === undefined || !fixed || (otherBytes !== 2 && otherBytes !== 18))
    return refused('HeaderMalformed')
  const end = fixedHeaderBytes + otherBytes
  if (bytes.length < end) return refused('LengthWrong')
  const other = bytes.subarray(fixedHeaderBytes, end)
  return ok({
    kind,
    counter: readU64(bytes, 3),
    originator: euiFromBytes(bytes.subarray(12, 20)),
    recipient: euiFromBytes(bytes.subarray(21, 29)),
    messageCode: ((other[0] ?? 0) << 8) | (other[1] ?? 0),
    ...(otherBytes === 18
      ? { about: { party: euiFromBytes(other.subarray(2, 10)), counter: readU64(other, 10) } }
      : {}),
    end,
  })
}

function readTail(
  bytes: Uint8Array,
  contentEnd: number,
  form: MessageForm,
): Outcome<Uint8Array | undefined, GbcsProblem> {
  const rest = bytes.length - contentEnd
  if (form === 'preCommand') return rest === 0 ? ok(undefined) : refused('LengthWrong')
  if (form === 'unsigned')
    return rest === 1 && bytes[contentEnd] === 0 ? ok(undefined) : refused('LengthWrong')
  if (rest === 0 || (rest === 1 && bytes[contentEnd] === 0)) return refused('SignatureMissing')
  if (rest !== 1 + signatureBytes || bytes[contentEnd] !== signatureBytes)
    return refused('LengthWrong')
  return ok(bytes.slice(contentEnd + 1))
}

/** Appends a signature to the bytes from `DF 09` to the end of the content. */
export function attachSignature(unsigned: Uint8Array, signature: Uint8Array): Uint8Array {
  assert(signature.length === signatureBytes, 'a signature has 64 bytes')
  return concat(unsigned, Uint8Array.of(signatureBytes), signature)
}

/** What the signer of a pre-command or response signs: everything after the leading `DF`. */
export const toBeSigned = (unsigned: Uint8Array): Uint8Array => unsigned.slice(1)
