import { fromUtf8 } from './bytes.ts'

/** The two spellings of RFC 4648 (§4 and §5), each read only as it would be written. */
type Alphabet = {
  /** The character of each value, as its code. */
  readonly codes: Uint8Array
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
  return { codes, values }
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

/** Every message that is signed or sealed comes through here more than once: no text is built piecemeal. */
function encode(bytes: Uint8Array, { codes }: Alphabet): string {
  const out = new Uint8Array(Math.ceil((bytes.length * 4) / 3))
  let at = 0
  for (let from = 0; from < bytes.length; from += 3) {
    const group =
      ((bytes[from] ?? 0) << 16) | ((bytes[from + 1] ?? 0) << 8) | (bytes[from + 2] ?? 0)
    // What the last group has too many of falls outside of `out`.
    out[at++] = codes[group >> 18] ?? 0
    out[at++] = codes[(group >> 12) & 63] ?? 0
    out[at++] = codes[(group >> 6) & 63] ?? 0
    out[at++] = codes[group & 63] ?? 0
  }
  return fromUtf8(out)
}

function decode(text: string, length: number, { values }: Alphabet): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.floor((length * 3) / 4))
  let [at, group, seen] = [0, 0, 0]
  for (let from = 0; from < length; from += 4) {
    const left = length - from
    const first = values[text.charCodeAt(from)] ?? foreign
    const second = values[text.charCodeAt(from + 1)] ?? foreign
    const third = left > 2 ? (values[text.charCodeAt(from + 2)] ?? foreign) : 0
    const fourth = left > 3 ? (values[text.charCodeAt(from + 3)] ?? foreign) : 0
    seen |= first | second | third | fourth
    group = (first << 18) | (second << 12) | (third << 6) | fourth
    // What the last group has too many of falls outside of `bytes`.
    bytes[at++] = group >> 16
    bytes[at++] = group >> 8
    bytes[at++] = group
  }
  // Bits of the last characters that say nothing are zero.
  const unsaid = [0, 0, 0xffff, 0xff][length % 4] ?? 0
  return seen >= foreign || (group & unsaid) !== 0 ? undefined : bytes
}
