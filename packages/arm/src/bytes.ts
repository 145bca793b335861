/** The few byte helpers this module needs; it depends on nothing, so that it can be read whole. */

/** A copy whose buffer nobody else holds: what is checked is what is signed. */
export const copyOf = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes)

export const utf8 = (text: string): Uint8Array<ArrayBuffer> =>
  copyOf(new TextEncoder().encode(text))

export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

export function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}

/** @throws TypeError when the text is not base64. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    throw new TypeError('not base64')
  }
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
}

export const toBase64Url = (bytes: Uint8Array): string =>
  toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')

/** @throws TypeError when the text is not base64url without padding. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[\w-]*$/.test(text)) throw new TypeError('not base64url')
  const plain = text.replaceAll('-', '+').replaceAll('_', '/')
  return fromBase64(plain.padEnd(Math.ceil(plain.length / 4) * 4, '='))
}

/** Eight bytes as `00-11-22-33-44-55-66-77` with upper-case digits, as DUIS writes an EUI-64. */
export const euiText = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('-')

/** @throws TypeError when the text is not an EUI-64. */
export function euiBytes(eui: string): Uint8Array<ArrayBuffer> {
  if (!/^[0-9A-F]{2}(-[0-9A-F]{2}){7}$/.test(eui)) throw new TypeError(`not an EUI-64: ${eui}`)
  return Uint8Array.from(eui.split('-'), (pair) => Number.parseInt(pair, 16))
}
