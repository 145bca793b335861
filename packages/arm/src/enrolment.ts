import { concat, copyOf, euiBytes, utf8 } from './bytes.ts'

/** The code as the charger made it: people type spaces, hyphens and small letters. */
export const normaliseCode = (typed: string): string =>
  typed.replaceAll(/[\s\-–]/g, '').toUpperCase()

/**
 * Proves to the charger that whoever holds this key stands in front of it: HMAC-SHA-256, keyed with
 * the code it shows, over `interlock-owner` ‖ the charger's EUI-64 ‖ the public key.
 */
export async function ownerKeyMac(
  code: string,
  stationEui: string,
  spki: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', utf8(code), algorithm, false, ['sign'])
  const message = concat(utf8('interlock-owner'), euiBytes(stationEui), copyOf(spki))
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, message))
}
