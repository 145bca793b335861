import { fromUtf8, intoUtf8 } from './bytes.ts'

/** The two spellings of RFC 4648 (§4 and §5), each read only as it would be written. */
type Alphabet = {
  /** The character of each value, as its code. */
  readonly codes: Uint8Array
  /** The two characters of every twelve bits, as they stand in memory. */
  readonly pairs: Uint16Array
  /** The value of each character code; what is not in the alphabet has `foreign`. */
  readonly values: Uint8Array
}

const foreign = 64
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const plain = alphabetOf(`${letters}+/`)
const url = alphabetOf(`${letters}-_`)

function alphabetOf(characters: string): Alphabet {
  const codes = Uint8Array.from(characters, (each) => each.charCodeAt(0))
  const values = new Uint8Array(256).fill(foreign)
  for (const [value, code] of codes.entries()) values[code] = value
  const pairs = new Uint8Array(2 * 64 * 64)
  for (let bits = 0; bits < 64 * 64; bits++)
    pairs.set([codes[bits >> 6] ?? 0, codes[bits & 63] ?? 0], 2 * bits)
  return { codes, pairs: new Uint16Array(pairs.buffer), values }
}

export const toBase64 = (bytes: Uint8Array): string =>
  encode(bytes, plain) + '='.repeat((3 - (bytes.length % 3)) % 3)

/** `undefined` unless the text is canonical, padded base64. */
export function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  return decode(text, text.length - padding, plain)
}

export const toBase64Url = (bytes: Uint8Array): string => encode(bytes, url)

/** `undefined` unless the text is canonical base64url without padding (RFC 7515 §2). */
export const fromBase64Url = (text: string): Uint8Array | undefined =>
  text.length % 4 === 1 ? undefined : decode(text, text.length, url)

/**
 * Every message that is signed or sealed comes through here more than once: a text of any usual length is made, and
 * read, in one place.
 */
const usual = new Uint8Array(16_384)
const textBytes = (length: number): Uint8Array =>
  length <= usual.length ? usual : new Uint8Array(length + (length & 1))

function encode(bytes: Uint8Array, { codes, pairs }: Alphabet): string {
  const length = Math.ceil((bytes.length * 4) / 3)
  const out = textBytes(length)
  const twice = new Uint16Array(out.buffer)
  const rest = bytes.length % 3
  let [at, from] = [0, 0]
  while (from < bytes.length - rest) {
    const group = ((bytes[from++] ?? 0) << 16) | ((bytes[from++] ?? 0) << 8) | (bytes[from++] ?? 0)
    twice[at++] = pairs[group >> 12] ?? 0
    twice[at++] = pairs[group & 0xfff] ?? 0
  }
  if (rest > 0) {
    const last = ((bytes[from] ?? 0) << 8) | (bytes[from + 1] ?? 0)
    twice[at++] = pairs[last >> 4] ?? 0
    // One more than a text of so many bytes has, where only one is left.
    out[2 * at] = codes[(last & 0xf) << 2] ?? 0
  }
  return fromUtf8(out.subarray(0, length))
}

function decode(text: string, length: number, { values }: Alphabet): Uint8Array | undefined {
  const read = textBytes(length)
  // A character that takes more than one byte is in neither alphabet, and leaves room for fewer.
  if (intoUtf8(text, read.subarray(0, length)) < length) return undefined
  const bytes = new Uint8Array(Math.floor((length * 3) / 4))
  const rest = length % 4
  let [at, from, seen] = [0, 0, 0]
  for (; from < length - rest; from += 4) {
    const first = values[read[from] ?? 0] ?? foreign
    const second = values[read[from + 1] ?? 0] ?? foreign
    const third = values[read[from + 2] ?? 0] ?? foreign
    const fourth = values[read[from + 3] ?? 0] ?? foreign
    seen |= first | second | third | fourth
    bytes[at++] = (first << 2) | (second >> 4)
    bytes[at++] = (second << 4) | (third >> 2)
    bytes[at++] = (third << 6) | fourth
  }
  // Bits of the last characters that say nothing are zero.
  let unsaid = 0
  if (rest > 0) {
    const first = values[read[from] ?? 0] ?? foreign
    const second = values[read[from + 1] ?? 0] ?? foreign
    const third = rest > 2 ? (values[read[from + 2] ?? 0] ?? foreign) : 0
    seen |= first | second | third
    unsaid = rest > 2 ? third & 3 : second & 15
    bytes[at++] = (first << 2) | (second >> 4)
    // Where only one is left, this falls outside of `bytes`.
    bytes[at] = (second << 4) | (third >> 2)
  }
  return seen >= foreign || unsaid !== 0 ? undefined : bytes
}
