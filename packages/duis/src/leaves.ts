import {
  fromBase64,
  fromHex,
  parseEui64,
  toBase64,
  toHex,
  type Eui64,
  type Instant,
} from '@interlock/kernel'
import { schemaVersions, type SchemaVersion } from './services.ts'
import { leaf, type Leaf } from './shape.ts'
import {
  formatDateTime,
  formatRequestId,
  parseDateTime,
  parseRequestId,
  parseWhole,
  type RequestId,
} from './values.ts'

export const whole = (low: number, high: number): Leaf<number> =>
  leaf(`a whole number from ${low} to ${high}`, (text) => parseWhole(text, low, high), String)

/** The same where a number has not enough bits: from zero up to so much. */
export const wholeLong = (high: bigint): Leaf<bigint> =>
  leaf(
    `a whole number from 0 to ${high}`,
    (text) => {
      const value = /^(0|[1-9]\d{0,19})$/.test(text) ? BigInt(text) : -1n
      return value >= 0n && value <= high ? value : undefined
    },
    String,
  )

export const truth: Leaf<boolean> = leaf(
  'true or false',
  (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  String,
)

/** With leading zeros up to so many digits. */
export const padded = (digits: number, low: number, high: number): Leaf<number> =>
  leaf(
    `${digits} digits from ${low} to ${high}`,
    (text) => {
      const value = /^\d+$/.test(text) && text.length === digits ? Number(text) : -1
      return value >= low && value <= high ? value : undefined
    },
    (value) => String(value).padStart(digits, '0'),
  )

export const dateTime: Leaf<Instant> = leaf(
  'a date-time in whole seconds, UTC',
  parseDateTime,
  formatDateTime,
)

export const deviceId: Leaf<Eui64> = leaf('an EUI-64', parseEui64, String)
/** So many hexadecimal digits. */
export const hexDigits = (digits: number): Leaf<string> =>
  leaf(
    `${digits} hexadecimal digits`,
    (text) => (/^[0-9A-F]+$/.test(text) && text.length === digits ? text : undefined),
    String,
  )

/** So many bytes, as hexadecimal digits. */
export const hexBytes = (bytes: number): Leaf<Uint8Array> =>
  leaf(
    `${2 * bytes} hexadecimal digits`,
    (text) => (/^[0-9A-F]+$/.test(text) && text.length === 2 * bytes ? fromHex(text) : undefined),
    (value) => toHex(value).toUpperCase(),
  )

export const requestId: Leaf<RequestId> = leaf(
  'originator, target and counter',
  parseRequestId,
  formatRequestId,
)

/** A time of day, kept as `hh:mm:ss`. */
export const timeOfDay: Leaf<string> = leaf(
  'a time of day in whole seconds, UTC',
  (text) => /^((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)\.00Z$/.exec(text)?.[1],
  (value) => `${value}.00Z`,
)

export const oneOf = <Name extends string>(...names: readonly Name[]): Leaf<Name> =>
  leaf(
    `one of ${names.join(', ')}`,
    (text) => names.find((each) => each === text),
    (value) => value,
  )

/** A short name without anything that XML would have to escape. */
export const plainName: Leaf<string> = leaf(
  'a name of 1 to 20 letters, digits, spaces or hyphens',
  (text) => (/^[A-Za-z0-9][A-Za-z0-9 -]{0,19}$/.test(text) ? text : undefined),
  (value) => value,
)

const bytesCharactersMax = 12_000
const bytesOf = (what: string): Leaf<Uint8Array> =>
  leaf(
    `${what} in base64`,
    (text) => (text === '' || text.length > bytesCharactersMax ? undefined : fromBase64(text)),
    toBase64,
  )
export const payload = bytesOf('a GBCS message')
export const tariffDocument = bytesOf('a tariff document')
export const certificate = bytesOf('a certificate')

export const schemaVersionLeaf: Leaf<SchemaVersion> = oneOf(...schemaVersions)
