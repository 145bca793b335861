import { concat, fromHex, toHex } from '@interlock/kernel'
import { berLength, derInteger, readBerLength } from './ber.ts'
import { writeLayout, type Field, type Layout } from './layout.ts'

/** Tags of DER that contents have; those in brackets are context-specific. */
export const derTags = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  enumerated: 0x0a,
  sequence: 0x30,
} as const

export const der = (tag: number, ...content: readonly Uint8Array[]): Uint8Array => {
  const inside = concat(...content)
  return concat(Uint8Array.of(tag), berLength(inside.length), inside)
}
export const integer = (value: bigint | number, tag: number = derTags.integer): Uint8Array =>
  der(tag, derInteger(BigInt(value)))

/** Bytes of a tag and a length, whose content follows as fields of its own. */
export const headBytes = (rest: Uint8Array): number | undefined => readBerLength(rest, 1)?.next

/** Bytes of a whole value. */
export const valueBytes = (rest: Uint8Array): number | undefined => {
  const length = readBerLength(rest, 1)
  return length && length.next + length.length
}

/** The same of a value that may be missing: none, unless it begins with its tag. */
export const optionalBytes =
  (tag: number) =>
  (rest: Uint8Array): number | undefined =>
    rest[0] === tag ? valueBytes(rest) : 0

/** What stands in a value; `undefined` when it has another tag, or ends too soon. */
export function contentOf(value: Uint8Array | undefined, tag: number): Uint8Array | undefined {
  if (value === undefined || value[0] !== tag) return undefined
  const length = readBerLength(value, 1)
  return length && length.next + length.length === value.length
    ? value.subarray(length.next)
    : undefined
}

/** The values that stand one after the other, whole; `undefined` when the last one is cut short. */
export function valuesIn(content: Uint8Array | undefined): readonly Uint8Array[] | undefined {
  if (content === undefined) return undefined
  const values: Uint8Array[] = []
  for (let at = 0; at < content.length;) {
    const length = readBerLength(content, at + 1)
    const end = length && length.next + length.length
    if (end === undefined || end > content.length) return undefined
    values.push(content.subarray(at, end))
    at = end
  }
  return values
}

const integerBytesMax = 9

/** A number that is not negative; its shortest form is for whoever writes it again to compare. */
export function integerIn(value: Uint8Array | undefined, tag: number): bigint | undefined {
  const content = contentOf(value, tag)
  if (content === undefined || content.length > integerBytesMax) return undefined
  const [first] = content
  if (first === undefined || first >= 0x80) return undefined
  return BigInt(`0x${toHex(content)}`)
}

/** The fields as one sequence: what is in it is written, and then its length is known. */
export const sequenceOf = <Values extends object>(
  name: string,
  fields: Layout<Values>,
): Layout<Values> => {
  const head: Field<Values> = {
    name,
    bytes: headBytes,
    write: (values, counter) => {
      const length = writeLayout(fields, values, counter).length
      return concat(Uint8Array.of(derTags.sequence), berLength(length))
    },
    say: () => 'a sequence',
  }
  return [head, ...fields]
}

/** A bit string of one byte, whose last bits are left out. */
export const bitString = (hex: string): Uint8Array =>
  der(derTags.bitString, fromHex(hex) ?? new Uint8Array())
