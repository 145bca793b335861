import {
  concat,
  euiBytes,
  euiFromBytes,
  instant,
  u64,
  type Eui64,
  type Instant,
} from '@interlock/kernel'
import { dateTimeField, invocationField } from './access.ts'
import { berLength, readBerLength } from './ber.ts'
import { isRepresentable } from './date-time.ts'
import { constant, type Field, type Layout } from './layout.ts'
import { halfHourMillis } from './tariff.ts'
import type { Answer } from './response.ts'

/** The parameters of ECS22b: of which half-hours the active import is read, by their ends, both included. */
export type ProfilePeriod = { readonly from: Instant; readonly until: Instant }

/** The ends of half-hours that one read may ask for: twenty days and one, which is what an answer has room for. */
export const profileEntriesMax = 961

export const isProfilePeriod = ({ from, until }: ProfilePeriod): boolean =>
  isRepresentable(from) && isRepresentable(until) && from <= until

/** Whether an answer has room for all of it. */
export const isProfileReadable = ({ from, until }: ProfilePeriod): boolean =>
  Math.floor(until / halfHourMillis) - Math.ceil(from / halfHourMillis) < profileEntriesMax

/** Both ends of what is protected, under the names that a command has them by. */
type Parties = { readonly originator: Eui64; readonly target: Eui64 }

/** Encrypted and authenticated, with a key agreed by the static keys of both. */
const protectionHead = [0x02, 0x02, 0x16, 0x02, 0x02, 0x05, 0x09, 0x09, 0x04]
const protectionTail = [
  0x09, 0x00, 0x02, 0x02, 0x16, 0x02, 0x02, 0x02, 0x09, 0x01, 0x02, 0x09, 0x00,
]
const euiPrefix = [0x09, 0x08]
const protectionBytes = protectionHead.length + 8 + 2 * (2 + 8) + protectionTail.length
const firstAt = protectionHead.length + 8 + 2
const secondAt = firstAt + 10

/** One entry of protection parameters: the counter, who protects, and for whom. */
const protection = (by: Eui64, reader: Eui64, counter: bigint): Uint8Array =>
  Uint8Array.of(
    ...protectionHead,
    ...u64(counter),
    ...euiPrefix,
    ...euiBytes(by),
    ...euiPrefix,
    ...euiBytes(reader),
    ...protectionTail,
  )
const euiAt = (bytes: Uint8Array, at: number): Eui64 => euiFromBytes(bytes.subarray(at, at + 8))

/** An access-request that has one object read and what was read protected, for its originator alone. */
export const profileReadLayout: Layout<ProfilePeriod & Parties> = [
  constant('access request', 0xd9, 0x20),
  invocationField,
  constant('date-time of the request', 0),
  { ...constant('specifications', 1), say: () => '1' },
  {
    ...constant('protected read', 0x03, 0x00, 0x1e, 0x00, 0x00, 0x2b, 0x02, 0x07, 0xff, 0x01),
    say: () => 'action method 1 of class 30, 0-0:43.2.7.255',
  },
  { ...constant('data', 1), say: () => '1' },
  constant('what is read, and how it is protected', 0x02, 0x02, 0x01, 0x01, 0x02, 0x05),
  {
    ...constant(
      'profile of active import',
      0x12,
      0x00,
      0x07,
      0x09,
      0x06,
      0x00,
      0x00,
      0x63,
      0x01,
      0x00,
      0xff,
      0x0f,
      0x02,
      0x12,
      0x00,
      0x00,
    ),
    say: () => 'attribute 2 of class 7, 0-0:99.1.0.255',
  },
  constant('restricted by date-time', 0x02, 0x02, 0x16, 0x02, 0x02, 0x02),
  dateTimeField('first end of a half-hour', 'from'),
  dateTimeField('last end of a half-hour', 'until'),
  constant('protections', 0x01, 0x01),
  {
    name: 'encrypted for its reader',
    bytes: protectionBytes,
    write: ({ originator, target }, counter) => protection(originator, target, counter),
    read: (bytes) => ({ originator: euiAt(bytes, firstAt), target: euiAt(bytes, secondAt) }),
    say: ({ originator }) => `${originator} alone`,
  },
]

/** Both ends, under the names that a response has them by. */
type Answered = Answer & { readonly device: Eui64; readonly originator: Eui64 }
const answerHead = Uint8Array.of(0x02, 0x02, 0x01, 0x01)
const octetString = 0x09

/** What was read, protected; nothing where it was not read. */
const protectedField: Field<Answered> = {
  name: 'what was read, for its reader alone',
  bytes(rest) {
    if (rest[0] === 0) return 1
    const length = readBerLength(rest, answerHead.length + protectionBytes + 1)
    return length && length.next + length.length
  },
  write: ({ data, device, originator }, counter) =>
    data === undefined
      ? Uint8Array.of(0)
      : concat(
          answerHead,
          protection(device, originator, counter),
          Uint8Array.of(octetString),
          berLength(data.length),
          data,
        ),
  read(bytes) {
    if (bytes.length === 1) return {}
    const at = answerHead.length
    const length = readBerLength(bytes, at + protectionBytes + 1)
    return (
      length && {
        device: euiAt(bytes, at + firstAt),
        originator: euiAt(bytes, at + secondAt),
        data: bytes.slice(length.next),
      }
    )
  },
  say: ({ data, originator }) =>
    data === undefined ? 'not read' : `${data.length} bytes, for ${originator}`,
}
// Who protects it and for whom is in the header too: whoever reads a response holds the two together.
export const profileAnswer = [protectedField] as unknown as Layout<Answer>

/** The active import of one half-hour, by its end. */
export type ProfileEntry = { readonly until: Instant; readonly wattHours: number }

/** Seconds are counted from then. */
const epoch = Date.UTC(2000, 0, 1)
const entryBytes = 8
/** A structure of one compact array, whose elements are two unsigned numbers of 32 bits. */
const profileHead = Uint8Array.of(0x02, 0x01, 0x13, 0x02, 0x02, 0x06, 0x06)

/** As it is before it is protected. @throws Error for an entry that has no place: a bug */
export function profileBytes(entries: readonly ProfileEntry[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(entries.length * entryBytes))
  entries.forEach(({ until, wattHours }, place) => {
    view.setUint32(place * entryBytes, (until - epoch) / 1_000)
    view.setUint32(place * entryBytes + 4, wattHours)
  })
  const contents = new Uint8Array(view.buffer)
  return concat(profileHead, berLength(contents.length), contents)
}

/** Reads what {@link profileBytes} makes; `undefined` for anything else, and for ends out of their order. */
export function readProfile(bytes: Uint8Array): readonly ProfileEntry[] | undefined {
  const isHead = profileHead.every((each, at) => bytes[at] === each)
  const length = readBerLength(bytes, profileHead.length)
  if (!isHead || length === undefined || length.next + length.length !== bytes.length)
    return undefined
  if (length.length % entryBytes !== 0) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset + length.next, length.length)
  const entries = Array.from({ length: length.length / entryBytes }, (_, place) => ({
    until: instant(epoch + 1_000 * view.getUint32(place * entryBytes)),
    wattHours: view.getUint32(place * entryBytes + 4),
  }))
  const inOrder = entries.every(
    ({ until }, place) => place === 0 || (entries[place - 1]?.until ?? until) < until,
  )
  return inOrder ? entries : undefined
}
