import { assert, concat } from '@interlock/kernel'
import { berLength, readBerLength } from './ber.ts'
import type { Field } from './layout.ts'

/**
 * A DLMS value within a field. What is read is compared with how it would be written, so that reading
 * looks at no tag, and at nothing that is always the same.
 */
export type Datum<Value> = {
  readonly write: (value: Value) => Uint8Array
  /** What is there from a place on; `undefined` when the bytes end before it does. */
  readonly read: (bytes: Uint8Array, at: number) => Found<Value> | undefined
}
/** A value, `undefined` when it may not be so, and where what follows it begins. */
type Found<Value> = { readonly value: Value | undefined; readonly next: number }

/** So many bytes that stand for a value. */
export const fixed = <Value>(
  bytes: number,
  write: (value: Value) => Uint8Array,
  read: (bytes: Uint8Array) => Value | undefined,
): Datum<Value> => ({
  write,
  read(from, at) {
    const next = at + bytes
    return next > from.length ? undefined : { value: read(from.subarray(at, next)), next }
  },
})

const number = (tag: number, bytes: number, signed: boolean): Datum<number> =>
  fixed(
    1 + bytes,
    (value) => {
      const written = new Uint8Array(1 + bytes)
      written[0] = tag
      for (let at = bytes, rest = value; at > 0; at--, rest = Math.floor(rest / 0x100))
        written[at] = rest
      return written
    },
    (read) => {
      let value = 0
      for (let at = 1; at <= bytes; at++) value = value * 0x100 + (read[at] ?? 0)
      return signed && value >= 0x80 * 0x100 ** (bytes - 1) ? value - 0x100 ** bytes : value
    },
  )
export const unsigned8 = number(0x11, 1, false)
export const unsigned16 = number(0x12, 2, false)
export const unsigned32 = number(0x06, 4, false)
export const signed8 = number(0x0f, 1, true)
export const signed16 = number(0x10, 2, true)

/** Text in ASCII, one byte for each character. */
const textOf = (tag: number, bytesMax: number, may: (text: string) => boolean): Datum<string> => ({
  write: (value) =>
    concat(
      Uint8Array.of(tag),
      berLength(value.length),
      Uint8Array.from(value, (each) => each.charCodeAt(0)),
    ),
  read(bytes, at) {
    const found = readBerLength(bytes, at + 1)
    const next = found && found.next + found.length
    if (next === undefined || next > bytes.length) return undefined
    const value = String.fromCharCode(...bytes.subarray(found?.next, next))
    return { value: value.length <= bytesMax && may(value) ? value : undefined, next }
  },
})
const isPrintable = (text: string): boolean => /^[ -~]*$/.test(text)

/** An octet string of any text in ASCII. */
export const text = textOf(0x09, Infinity, () => true)
/** The longest text that a device says of itself. */
const saidBytesMax = 255
/** Text that is shown to people, as a visible string and in UTF-8. */
export const visibleText = textOf(0x0a, saidBytesMax, isPrintable)
export const utf8Text = textOf(0x0c, saidBytesMax, isPrintable)

/** A value, or nothing in its place. */
export const orNull = <Value>(datum: Datum<Value>): Datum<Value | null> => ({
  write: (value) => (value === null ? Uint8Array.of(0) : datum.write(value)),
  read: (bytes, at) => (bytes[at] === 0 ? { value: null, next: at + 1 } : datum.read(bytes, at)),
})

/** A value after bytes that are always the same. */
export const after = <Value>(before: readonly number[], datum: Datum<Value>): Datum<Value> => {
  const same = Uint8Array.from(before)
  return {
    write: (value) => concat(same, datum.write(value)),
    read: (bytes, at) => datum.read(bytes, at + before.length),
  }
}

/** The members of an object, one after the other. */
export const members = <Value extends object>(of: {
  readonly [Key in keyof Value]: Datum<Value[Key]>
}): Datum<Value> => {
  const keys = Object.keys(of) as (keyof Value)[]
  return {
    write: (value) => concat(...keys.map((key) => of[key].write(value[key]))),
    read(bytes, at) {
      const value: Partial<Value> = {}
      let next = at
      for (const key of keys) {
        const found = of[key].read(bytes, next)
        if (found === undefined) return undefined
        if (found.value !== undefined) value[key] = found.value
        next = found.next
      }
      const whole = keys.every((key) => value[key] !== undefined)
      return { value: whole ? (value as Value) : undefined, next }
    },
  }
}

/** So many values, one after the other; `of` is told the place of each, from 1. */
export const sequence = <Value>(
  count: number,
  of: (place: number) => Datum<Value>,
): Datum<readonly Value[]> => ({
  write(values) {
    assert(values.length === count, 'as many values as there are')
    return concat(...values.map((value, at) => of(at + 1).write(value)))
  },
  read(bytes, at) {
    const values: Value[] = []
    let next = at
    for (let place = 1; place <= count; place++) {
      const found = of(place).read(bytes, next)
      if (found === undefined) return undefined
      if (found.value !== undefined) values.push(found.value)
      next = found.next
    }
    return { value: values.length === count ? values : undefined, next }
  },
})

/** An array of at most so many. */
export const array = <Value>(
  most: number,
  of: (place: number) => Datum<Value>,
): Datum<readonly Value[]> => ({
  write: (values) =>
    concat(
      Uint8Array.of(0x01),
      berLength(values.length),
      sequence(values.length, of).write(values),
    ),
  read(bytes, at) {
    const count = readBerLength(bytes, at + 1)
    if (count === undefined || count.length > most) return undefined
    return sequence(count.length, of).read(bytes, count.next)
  },
})

/** Some of a message's values that stand in one DLMS value, under what limits, and in words. */
export type Table<Values extends object> = {
  readonly name: string
  readonly datum: Datum<Values>
  readonly may: (values: Values) => boolean
  readonly say: (values: Values) => string
}

/** A field that is such a table. */
export const datumField = <Values extends object>({
  name,
  datum,
  may,
  say,
}: Table<Values>): Field<Values> => ({
  name,
  bytes: (rest) => datum.read(rest, 0)?.next,
  write: datum.write,
  read(bytes) {
    const found = datum.read(bytes, 0)
    return found?.value !== undefined && may(found.value) ? found.value : undefined
  },
  say,
})

/** Whether all of a table's values are there. */
const has = <Values extends object>(
  keys: readonly (keyof Values)[],
  values: Partial<Values>,
): values is Values => keys.every((key) => values[key] !== undefined)

/** The same with nothing in its place where the values, which are `keys`, are absent. */
export const datumFieldOrNull = <Values extends object>(
  table: Table<Values>,
  ...keys: readonly (keyof Values)[]
): Field<Partial<Values>> => {
  const datum = orNull(table.datum)
  return {
    name: table.name,
    bytes: (rest) => datum.read(rest, 0)?.next,
    write: (values) => datum.write(has(keys, values) ? values : null),
    read(bytes) {
      const value = datum.read(bytes, 0)?.value
      if (value === null) return {}
      return value !== undefined && table.may(value) ? value : undefined
    },
    say: (values) => (has(keys, values) ? table.say(values) : 'not read'),
  }
}
