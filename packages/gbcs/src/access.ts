import { toIso, u64, type Instant } from '@interlock/kernel'
import { dateTimeBytes, decodeDateTime, encodeDateTime } from './date-time.ts'
import { constant, type Field, type Layout } from './layout.ts'

/** The DLMS services that a specification may ask for, and whose results a response lists. */
export const services = { get: 1, set: 2, action: 3 } as const

/** What one specification of an access-request addresses. */
export type Target = {
  readonly service: keyof typeof services
  readonly classId: number
  /** Logical name A-B:C.D.E.F. */
  readonly obis: readonly [number, number, number, number, number, number]
  /** Attribute, or for an action the method. */
  readonly id: number
}

/** The counter's low three bytes: the invocation id of a DLMS access service. */
export const invocationField = {
  name: 'invocation id',
  bytes: 3,
  write: (_values: object, counter: bigint) => u64(counter).subarray(5),
  say: () => "the counter's low three bytes",
}

export function targetBytes({ service, classId, obis, id }: Target): Uint8Array {
  return Uint8Array.of(services[service], classId >> 8, classId & 0xff, ...obis, id)
}

export const targetWords = ({ service, classId, obis, id }: Target): string => {
  const [a, b, c, d, e, f] = obis
  const which = service === 'action' ? 'method' : 'attribute'
  return `${service} ${which} ${id} of class ${classId}, ${a}-${b}:${c}.${d}.${e}.${f}`
}

/** The head of an access-request: what it is, and each object it addresses. */
export const requestHead = <Values extends object>(
  targets: readonly { readonly name: string; readonly of: (values: Values) => Target }[],
): Layout<Values> => [
  constant('access request', 0xd9, 0x20),
  invocationField,
  constant('date-time of the request', 0),
  { ...constant('specifications', targets.length), say: () => `${targets.length}` },
  ...targets.map(({ name, of }): Field<Values> => ({
    name,
    bytes: 10,
    write: (values) => targetBytes(of(values)),
    say: (values) => targetWords(of(values)),
  })),
  { ...constant('data', targets.length), say: () => `${targets.length}` },
]

/** A read of these: its content, and what its answer has results of. */
export const readOf = (
  targets: readonly { readonly name: string; readonly target: Omit<Target, 'service'> }[],
): {
  readonly layout: Layout<object>
  readonly results: readonly number[]
  readonly objects: readonly string[]
} => ({
  layout: [
    ...requestHead<object>(
      targets.map(({ name, target }) => ({ name, of: () => ({ service: 'get', ...target }) })),
    ),
    constant('nothing for what is read', ...targets.map(() => 0)),
  ],
  results: targets.map(() => services.get),
  objects: targets.map(({ name }) => name),
})

/** An attribute that is always set, whatever the values. */
export type SetTable = {
  readonly name: string
  readonly target: Target
  readonly of: () => Target
}
export function setTable(
  name: string,
  classId: number,
  obis: Target['obis'],
  id: number,
): SetTable {
  const target: Target = { service: 'set', classId, obis, id }
  return { name, target, of: () => target }
}

/** An octet string of a DLMS date-time. */
export const dateTimeField = <Key extends 'from' | 'until' | 'at'>(
  name: string,
  key: Key,
): Field<Readonly<Record<Key, Instant>>> => ({
  name,
  bytes: 2 + dateTimeBytes,
  write: (values) => Uint8Array.of(0x09, dateTimeBytes, ...encodeDateTime(values[key])),
  read(bytes) {
    const at = decodeDateTime(bytes.subarray(2))
    return at === undefined ? undefined : ({ [key]: at } as Record<Key, Instant>)
  },
  say: (values) => toIso(values[key]),
})
