import {
  assert,
  concat,
  euiBytes,
  euiFromBytes,
  ok,
  readU64,
  refused,
  u64,
  toIso,
  type Eui64,
  type Instant,
  type Outcome,
  type Refusal,
} from '@interlock/kernel'
import { berLength, readBerLength } from './ber.ts'
import { dateTimeBytes, decodeDateTime, encodeDateTime } from './date-time.ts'
import {
  constant,
  lengthPart,
  readLayout,
  writeLayout,
  type Field,
  type Layout,
  type Part,
  type ReadLayout,
} from './layout.ts'
import { otherUseCaseOf } from './other-codes.ts'
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
  /** When a device sent it, by its own clock: only in responses, and not in all. */
  readonly at?: Instant
  /** Supplementary remote party and its counter: in alerts about a load, whose command each is about. */
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

type Header = Omit<Grouping, 'content'>

const euiField = (key: 'originator' | 'recipient'): Layout<Header> => [
  constant(`length of the ${key}`, 8),
  {
    name: key,
    bytes: 8,
    write: (header) => euiBytes(header[key]),
    read: (bytes) => ({ [key]: euiFromBytes(bytes) }),
    say: (header) => header[key],
  },
]

const timeField: Field<Header> = {
  name: 'date-time of the message',
  bytes: ([length]) => 1 + (length === 0 ? 0 : dateTimeBytes),
  write: ({ at }) =>
    at === undefined ? Uint8Array.of(0) : Uint8Array.of(dateTimeBytes, ...encodeDateTime(at)),
  read(bytes) {
    if (bytes.length === 1) return {}
    const at = decodeDateTime(bytes.subarray(1))
    return at === undefined ? undefined : { at }
  },
  say: ({ at }) => (at === undefined ? 'none' : toIso(at)),
}

export const aboutName = 'supplementary remote party and its counter'
/** The fields that name the command which an alert is about. */
const aboutField: Field<Header> = {
  name: aboutName,
  bytes: 16,
  write: ({ about }) =>
    about === undefined ? new Uint8Array() : concat(euiBytes(about.party), u64(about.counter)),
  read: (bytes) => ({
    about: { party: euiFromBytes(bytes.subarray(0, 8)), counter: readU64(bytes, 8) },
  }),
  say: ({ about }) => `command ${about?.counter} of ${about?.party}`,
}

/** The first two fields: bytes that lack them are no grouping at all. */
const opening: Layout<Header> = [
  { ...constant('general signing', 0xdf), say: () => 'a signed or signable message' },
  constant('length of the transaction id', 9),
]
const otherBytes = { alone: 2, withAbout: 18 } as const
const otherAt = 30

const headerLayout = (withAbout: boolean): Layout<Header> => [
  ...opening,
  {
    name: 'kind',
    bytes: 1,
    write: ({ kind }) => Uint8Array.of(kinds[kind]),
    read([byte]) {
      const kind = (Object.keys(kinds) as MessageKind[]).find((each) => kinds[each] === byte)
      return kind && { kind }
    },
    say: ({ kind }) => kind,
  },
  {
    name: 'counter',
    bytes: 8,
    write: ({ counter }) => u64(counter),
    read: (bytes) => ({ counter: readU64(bytes) }),
    say: ({ counter }) => `${counter}`,
  },
  ...euiField('originator'),
  ...euiField('recipient'),
  timeField,
  constant('length of the other information', withAbout ? otherBytes.withAbout : otherBytes.alone),
  {
    name: 'message code',
    bytes: 2,
    write: ({ messageCode }) => Uint8Array.of(messageCode >> 8, messageCode & 0xff),
    read: ([high = 0, low = 0]) => ({ messageCode: (high << 8) | low }),
    say: ({ messageCode }) => codeWords(messageCode),
  },
  ...(withAbout ? [aboutField] : []),
]
const layouts = { alone: headerLayout(false), withAbout: headerLayout(true) } as const

export const codeWords = (code: number): string => code.toString(16).padStart(4, '0')

/** The bytes from `DF 09` to the end of the content. */
export function encodeGrouping(grouping: Grouping): Uint8Array {
  assert(grouping.counter >= 0n && grouping.counter < 1n << 64n, 'a counter has 64 bits')
  const layout = layouts[grouping.about === undefined ? 'alone' : 'withAbout']
  return concat(
    writeLayout(layout, grouping, grouping.counter),
    berLength(grouping.content.length),
    grouping.content,
  )
}

/** Reads one grouping and nothing more: trailing bytes are an error. */
export function decodeGrouping(
  bytes: Uint8Array,
  form: MessageForm,
): Outcome<Message, GbcsProblem> {
  const found = findContent(bytes)
  if (!found.ok) return found
  const { header, start, end } = found.value
  const tail = readTail(bytes, end, form)
  if (!tail.ok) return tail
  return ok({
    ...header.values,
    content: bytes.slice(start, end),
    bytes: bytes.slice(),
    covered: bytes.slice(1, end),
    ...(tail.value === undefined ? {} : { signature: tail.value }),
  })
}

export type Found = {
  readonly header: ReadLayout<Header>
  /** The length of the content, which stands between header and content. */
  readonly length: Part
  /** Where the content starts and ends. */
  readonly start: number
  readonly end: number
}

/** Reads the header and finds the content, which is all there if this succeeds. */
export function findContent(bytes: Uint8Array): Outcome<Found, GbcsProblem> {
  if (bytes.length > messageBytesMax) return tooLong(bytes)
  const opened = readLayout(opening, bytes, () => 0n)
  if (!opened.ok) return refused('NotGbcs', opened.detail)
  const layout = layouts[bytes[otherAt] === otherBytes.withAbout ? 'withAbout' : 'alone']
  const header = readLayout(layout, bytes, ({ counter }) => counter)
  if (!header.ok)
    return refused(header.reason === 'TooShort' ? 'LengthWrong' : 'HeaderMalformed', header.detail)
  const at = header.value.length
  const length = readBerLength(bytes, at)
  if (length === undefined)
    return refused('LengthWrong', 'length of the content: missing, or not in its shortest form')
  const end = length.next + length.length
  if (end > bytes.length)
    return refused(
      'LengthWrong',
      `content: ${length.length} bytes, ${bytes.length - length.next} there`,
    )
  const part = lengthPart('length of the content', bytes, at, length)
  return ok({ header: header.value, length: part, start: length.next, end })
}

/** The form that a message's length says it has: what follows its content. */
export const formOf = (bytes: Uint8Array, contentEnd: number): MessageForm =>
  bytes.length === contentEnd
    ? 'preCommand'
    : bytes.length === contentEnd + 1 && bytes[contentEnd] === 0
      ? 'unsigned'
      : 'signed'

export const tooLong = (bytes: Uint8Array): Refusal<GbcsProblem> =>
  refused('TooLong', `message: ${bytes.length} bytes, at most ${messageBytesMax}`)

/** A part that must be signed and is not. */
export const signatureMissing = refused('SignatureMissing' as const, 'signature: there is none')

function readTail(
  bytes: Uint8Array,
  contentEnd: number,
  form: MessageForm,
): Outcome<Uint8Array | undefined, GbcsProblem> {
  const found = formOf(bytes, contentEnd)
  const rest = bytes.length - contentEnd
  const wrong = refused('LengthWrong' as const, `signature: ${rest} bytes follow the content`)
  if (form !== 'signed') return found === form ? ok(undefined) : wrong
  if (found !== 'signed') return signatureMissing
  if (rest !== 1 + signatureBytes || bytes[contentEnd] !== signatureBytes) return wrong
  return ok(bytes.slice(contentEnd + 1))
}

/** Why a message is not one of this kind; only alerts are about another's command, only responses have a time. */
export function notOfKind(
  { kind, about, at }: Message,
  wanted: MessageKind,
): Refusal<GbcsProblem> | undefined {
  if (kind !== wanted) return refused('HeaderMalformed', `kind: is ${kind}, must be ${wanted}`)
  if (at !== undefined && wanted !== 'response')
    return refused('HeaderMalformed', `${timeField.name}: may not be in a ${wanted}`)
  if (about === undefined || wanted === 'alert') return undefined
  return refused('HeaderMalformed', `${aboutName}: may not be in a ${wanted}`)
}

/** A code that is none of ours; one that we can name is named. */
export function codeUnknown(code: number): Refusal<GbcsProblem> {
  const other = otherUseCaseOf(code)
  const name = other === undefined ? '' : `, ${other}, whose layout is not known here`
  return refused('UseCaseUnknown', `message code: ${codeWords(code)}${name}`)
}

/** Appends a signature to the bytes from `DF 09` to the end of the content. */
export function attachSignature(unsigned: Uint8Array, signature: Uint8Array): Uint8Array {
  assert(signature.length === signatureBytes, 'a signature has 64 bytes')
  return concat(unsigned, Uint8Array.of(signatureBytes), signature)
}

/** What the signer of a pre-command or response signs: everything after the leading `DF`. */
export const toBeSigned = (unsigned: Uint8Array): Uint8Array => unsigned.slice(1)
