import { concat, ok, refused, sameBytes, toHex, type Outcome } from '@interlock/kernel'

/**
 * One field of a message: how it is written, and, where it carries a value, how it is read and said.
 * A message is the list of its fields, so that one table writes it, reads it and explains it.
 */
export type Field<Values extends object> = {
  readonly name: string
  /** Length in bytes, or how it is told from what is left; `undefined` when that is too short. */
  readonly bytes: number | ((rest: Uint8Array) => number | undefined)
  readonly write: (values: Values, counter: bigint) => Uint8Array
  /** What the field adds to the values, `undefined` when it may not be so; absent: adds nothing. */
  readonly read?: (bytes: Uint8Array) => Partial<Values> | undefined
  /** The field in words; absent when its name says all. */
  readonly say?: (values: Values) => string
}
export type Layout<Values extends object> = readonly Field<Values>[]

/** A field as it was found. */
export type Part = {
  readonly name: string
  readonly offset: number
  readonly bytes: Uint8Array
  readonly words: string
}
export type ReadLayout<Values> = {
  readonly values: Values
  /** Bytes that the fields take together. */
  readonly length: number
  /** Made only when somebody wants to see them: devices do not. */
  readonly parts: () => readonly Part[]
}
/** What is wrong with a field; the detail begins with its name. */
export type LayoutFault = 'TooShort' | 'ValueWrong'

export const writeLayout = <Values extends object>(
  layout: Layout<Values>,
  values: Values,
  counter: bigint,
): Uint8Array => concat(...layout.map((field) => field.write(values, counter)))

/** Reads the fields from the front of `bytes`; what is left is for the caller to judge. */
export function readLayout<Values extends object>(
  layout: Layout<Values>,
  bytes: Uint8Array,
  counter: (values: Values) => bigint,
): Outcome<ReadLayout<Values>, LayoutFault> {
  const read: Partial<Values> = {}
  const taken: Uint8Array[] = []
  let at = 0
  for (const { name, bytes: length, read: reads } of layout) {
    const rest = bytes.subarray(at)
    const count = typeof length === 'number' ? length : length(rest)
    if (count === undefined || count > rest.length)
      return refused('TooShort', `${name}: the message ends before it does`)
    const field = rest.subarray(0, count)
    const value = reads === undefined ? {} : reads(field)
    if (value === undefined) return refused('ValueWrong', `${name}: ${shown(field)} may not be`)
    Object.assign(read, value)
    taken.push(field)
    at += count
  }
  const values = read as Values
  const number = counter(values)
  for (const [index, { name, write }] of layout.entries()) {
    const field = taken[index] ?? new Uint8Array()
    const expected = write(values, number)
    if (!sameBytes(expected, field))
      return refused('ValueWrong', `${name}: is ${shown(field)}, must be ${shown(expected)}`)
  }
  return ok({ values, length: at, parts: () => partsOf(layout, values, taken) })
}

function partsOf<Values extends object>(
  layout: Layout<Values>,
  values: Values,
  taken: readonly Uint8Array[],
): readonly Part[] {
  let offset = 0
  return taken.map((bytes, index) => {
    const { name = '', say } = layout[index] ?? {}
    const part = { name, offset, bytes, words: say?.(values) ?? '' }
    offset += bytes.length
    return part
  })
}

/** A field that is always the same. */
export const constant = (name: string, ...bytes: readonly number[]) => ({
  name,
  bytes: bytes.length,
  write: () => Uint8Array.from(bytes),
})

/** A BER length as a part. */
export const lengthPart = (
  name: string,
  bytes: Uint8Array,
  offset: number,
  { length, next }: { readonly length: number; readonly next: number },
): Part => ({ name, offset, bytes: bytes.slice(offset, next), words: `${length}` })

export const movedBy = (bytes: number, parts: readonly Part[]): readonly Part[] =>
  parts.map((part) => ({ ...part, offset: part.offset + bytes }))

const shownBytesMax = 16

const shown = (bytes: Uint8Array): string =>
  bytes.length <= shownBytesMax
    ? toHex(bytes) || 'nothing'
    : `${toHex(bytes.subarray(0, shownBytesMax))}… (${bytes.length} bytes)`
