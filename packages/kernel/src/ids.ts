import type { Branded } from './units.ts'

/** EUI-64 of a device or organisation: eight upper-case hex pairs joined by `-` (DUIS form). */
export type Eui64 = Branded<string, 'Eui64'>
/** OCPP charging station identity: 1 to 48 characters, none of them `:` (Part 4 §3.1.1). */
export type StationId = Branded<string, 'StationId'>

const euiPattern = /^[0-9A-F]{2}(-[0-9A-F]{2}){7}$/
const stationPattern = /^[A-Za-z0-9*\-_=+|@.]{1,48}$/

export const parseEui64 = (text: string): Eui64 | undefined =>
  euiPattern.test(text) ? (text as Eui64) : undefined

export const parseStationId = (text: string): StationId | undefined =>
  stationPattern.test(text) ? (text as StationId) : undefined

/** @throws TypeError when the text is not an EUI-64; for constants and configuration. */
export function eui64(text: string): Eui64 {
  const eui = parseEui64(text.toUpperCase())
  if (eui === undefined) throw new TypeError(`not an EUI-64: ${text}`)
  return eui
}

/** @throws TypeError when the text is not a station identity. */
export function stationId(text: string): StationId {
  const id = parseStationId(text)
  if (id === undefined) throw new TypeError(`not a station identity: ${text}`)
  return id
}

/** The eight bytes of an EUI-64, most significant first. */
export const euiBytes = (eui: Eui64): Uint8Array =>
  Uint8Array.from(eui.split('-'), (pair) => Number.parseInt(pair, 16))

/** @throws TypeError unless `bytes` holds exactly eight bytes. */
export function euiFromBytes(bytes: Uint8Array): Eui64 {
  if (bytes.length !== 8) throw new TypeError(`an EUI-64 has 8 bytes, not ${bytes.length}`)
  return eui64(Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('-'))
}
