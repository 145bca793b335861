import { excerpt } from '@interlock/kernel'
import type { Element } from './element.ts'
import { namespaces } from './services.ts'
import { element, type Written } from './write.ts'

/**
 * How a value stands inside an element. One description writes and reads it; what is read is exactly
 * what would be written, in the same order, with nothing beside it.
 */
export type Shape<Value> = {
  readonly write: (value: Value) => Content
  /** @throws Misshapen naming the element at fault. */
  readonly read: (node: Element) => Value
}
export type Content = {
  readonly attributes: Readonly<Record<string, string>>
  readonly inside: readonly (Written | string)[]
}

/** An element or attribute that is missing, unexpected or has no such value; caught by the reader. */
export class Misshapen extends Error {
  override readonly name = 'Misshapen'
  constructor(field: string, words: string) {
    super(excerpt(`${field}: ${words}`))
  }
}

/** A value that is one piece of text. */
export type Leaf<Value> = Shape<Value> & {
  readonly parse: (text: string, field: string) => Value
  readonly format: (value: Value) => string
}

/** `parse` gives `undefined` for text that is not `expected`. */
export function leaf<Value>(
  expected: string,
  parse: (text: string) => Value | undefined,
  format: (value: Value) => string,
): Leaf<Value> {
  const parsed = (text: string, field: string): Value => {
    const value = parse(text)
    if (value === undefined)
      throw new Misshapen(field, `is “${text.slice(0, 40)}”, must be ${expected}`)
    return value
  }
  return {
    parse: parsed,
    format,
    write: (value) => ({ attributes: {}, inside: [format(value)] }),
    read(node) {
      if (node.children.length > 0 || node.attributes.size > 0)
        throw new Misshapen(node.name, `must be ${expected} and nothing else`)
      return parsed(node.text, node.name)
    },
  }
}

/** One member of a structure: an attribute, an element, or several. */
export type Member<Value> = {
  readonly write: (value: Value) => Content
  readonly read: (reader: Reader) => Value
}

/** Hands out the children of an element in their order, and its attributes. */
export type Reader = {
  readonly node: Element
  /** The next child if it has this name, which is then taken. */
  readonly take: (name: string) => Element | undefined
  readonly attribute: (name: string) => string | undefined
}

export type Members<Value> = { readonly [Key in keyof Value]-?: Member<Value[Key]> }

/** An element of these members, in this order; `kind` is for the reader and is not written. */
export function struct<Value extends object>(members: Members<Value>): Shape<Value> {
  const entries = Object.entries(members) as [keyof Value & string, Member<unknown>][]
  return {
    write: (value) => joined(entries.map(([key, member]) => member.write(value[key]))),
    read(node) {
      const { reader, end } = readerOf(node)
      const values = entries.map(([key, member]) => [key, member.read(reader)] as const)
      end()
      return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as Value
    },
  }
}

const joined = (contents: readonly Content[]): Content => ({
  attributes: Object.assign(
    {},
    ...contents.map(({ attributes }) => attributes),
  ) as Content['attributes'],
  inside: contents.flatMap(({ inside }) => inside),
})

function readerOf(node: Element): { readonly reader: Reader; readonly end: () => void } {
  let at = 0
  const attributes = new Set(node.attributes.keys())
  const reader: Reader = {
    node,
    take(name) {
      const child = node.children[at]
      const { namespace, local } = named(name)
      if (child?.name !== local || child.namespace !== namespace) return undefined
      at++
      return child
    },
    attribute(name) {
      attributes.delete(name)
      return node.attributes.get(name)
    },
  }
  const end = (): void => {
    const [attribute] = attributes
    if (attribute !== undefined) throw new Misshapen(`${node.name}@${attribute}`, 'is not expected')
    const child = node.children[at]
    if (child !== undefined) throw new Misshapen(child.name, `is not expected here in ${node.name}`)
    if (node.children.length === 0 && /[^ \t\r\n]/.test(node.text))
      throw new Misshapen(node.name, 'has text, must have none')
  }
  return { reader, end }
}

/** Names are the data company's unless they have the prefix of another namespace. */
function named(name: string): { readonly namespace: string; readonly local: string } {
  const [prefix, local] = name.split(':')
  return local === undefined
    ? { namespace: namespaces.sr, local: name }
    : { namespace: namespaces[prefix as keyof typeof namespaces], local }
}
/** The element with this name, as the data company's unless it has another prefix. */
export const written = (name: string, { attributes, inside }: Content): Written =>
  name.includes(':')
    ? element(name, { ...declaration(name), ...attributes }, ...inside)
    : element(`sr:${name}`, attributes, ...inside)
/** Ours is declared where it begins: in these, which stand inside elements of the data company's. */
const beginnings: ReadonlySet<string> = new Set([
  'il:HalfHourlyTariff',
  'il:TariffDocument',
  'il:SignedTariff',
  'il:ReadConsumption',
  'il:ActivateAuxiliaryLoad',
  'il:DeactivateAuxiliaryLoad',
  'il:ADMegawattBreach',
  'il:CommandForLocalDelivery',
  'il:DeviceStatusChange',
  'il:FutureDatedOutcome',
])
const declaration = (name: string): Readonly<Record<string, string>> =>
  beginnings.has(name) ? { 'xmlns:il': namespaces.il } : {}

/** The root of a document, where the namespace is declared. */
export function rootOf<Value>(name: string, shape: Shape<Value>, value: Value): Written {
  const { attributes, inside } = shape.write(value)
  return element(`sr:${name}`, { 'xmlns:sr': namespaces.sr, ...attributes }, ...inside)
}

/** @throws Misshapen when the element has another name, or another shape. */
export function readAs<Value>(name: string, shape: Shape<Value>, node: Element): Value {
  const { namespace, local } = named(name)
  if (node.name !== local || node.namespace !== namespace)
    throw new Misshapen(node.name, `is not expected here, but ${local}`)
  return shape.read(node)
}

const only = (...inside: readonly Written[]): Content => ({ attributes: {}, inside })

export const child = <Value>(name: string, shape: Shape<Value>): Member<Value> => ({
  write: (value) => only(written(name, shape.write(value))),
  read(reader) {
    const node = reader.take(name)
    if (node === undefined) throw new Misshapen(name, `is missing in ${reader.node.name}`)
    return shape.read(node)
  },
})

/** An empty element whose presence means one thing and its absence another. */
export const presence = <There, Absent>(
  name: string,
  there: There,
  absent: Absent,
): Member<There | Absent> => ({
  write: (value) => (value === there ? only(written(name, nothing.write({}))) : only()),
  read(reader) {
    const node = reader.take(name)
    if (node === undefined) return absent
    nothing.read(node)
    return there
  },
})

export const optional = <Value>(name: string, shape: Shape<Value>): Member<Value | undefined> => ({
  write: (value) => (value === undefined ? only() : only(written(name, shape.write(value)))),
  read(reader) {
    const node = reader.take(name)
    return node === undefined ? undefined : shape.read(node)
  },
})

/** An element with nothing in it. */
export const nothing: Shape<object> = struct({})

export const attribute = <Value>(name: string, value: Leaf<Value>): Member<Value> => ({
  write: (each) => ({ attributes: { [name]: value.format(each) }, inside: [] }),
  read: (reader) => value.parse(reader.attribute(name) ?? '', `${reader.node.name}@${name}`),
})

/** The same element so many times. */
export const several = <Value>(
  name: string,
  shape: Shape<Value>,
  { min, max }: { readonly min: number; readonly max: number },
): Member<readonly Value[]> => ({
  write: (values) => only(...values.map((value) => written(name, shape.write(value)))),
  read(reader) {
    const values: Value[] = []
    for (let node = reader.take(name); node !== undefined; node = reader.take(name)) {
      if (values.length === max)
        throw new Misshapen(name, `more than ${max} in ${reader.node.name}`)
      values.push(shape.read(node))
    }
    if (values.length < min) throw new Misshapen(name, `fewer than ${min} in ${reader.node.name}`)
    return values
  },
})

/** The same, numbered from 1 by an attribute. */
export const numbered = <Value>(
  name: string,
  shape: Shape<Value>,
  limits: { readonly min: number; readonly max: number },
): Member<readonly Value[]> => {
  const each = several(name, withIndex(shape), limits)
  return {
    write: (values) => each.write(values.map((value, at) => ({ index: at + 1, value }))),
    read: (reader) =>
      each.read(reader).map(({ index, value }, at) => {
        if (index !== at + 1) throw new Misshapen(`${name}@index`, `is ${index}, must be ${at + 1}`)
        return value
      }),
  }
}

const withIndex = <Value>(shape: Shape<Value>): Shape<{ index: number; value: Value }> => ({
  write: ({ index, value }) => {
    const { attributes, inside } = shape.write(value)
    return { attributes: { index: String(index), ...attributes }, inside }
  },
  read(node) {
    const attributes = new Map(node.attributes)
    attributes.delete('index')
    const index = Number(node.attributes.get('index') ?? 'NaN')
    return { index, value: shape.read({ ...node, attributes }) }
  },
})

/** An element that holds one member and stands for its value. */
export function holding<Value>(member: Member<Value>): Shape<Value> {
  const shape = struct<{ value: Value }>({ value: member })
  return { write: (value) => shape.write({ value }), read: (node) => shape.read(node).value }
}
