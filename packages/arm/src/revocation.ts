import { concat, copyOf, euiBytes, fromBase64, toBase64, utf8 } from './bytes.ts'
import type { ArmKey } from './key.ts'

/** One device's word that another device's key is lost, as a charger reads it. */
export type OwnerRevocation = {
  /** SPKI of the lost key and of the one that signs, base64. */
  readonly spki: string
  readonly by: string
  /** r‖s, base64. */
  readonly signature: string
  /** World time, ms since 1970: it is good for minutes, at one charger. */
  readonly at: number
}

/**
 * Signs that `lost` (SPKI, base64) shall arm nothing more at this charger, on the person's gesture and
 * never before: `interlock-owner-revocation` ‖ the charger's EUI-64 ‖ `at` in 64 bits ‖ the lost key.
 * @throws TypeError when `lost` is not base64, or is the key that signs.
 */
export async function signRevocation(
  lost: string,
  stationEui: string,
  at: number,
  key: ArmKey,
): Promise<OwnerRevocation> {
  const by = toBase64(key.spki)
  if (lost === by) throw new TypeError('a device does not revoke itself')
  const moment = new Uint8Array(8)
  new DataView(moment.buffer).setBigUint64(0, BigInt(at))
  const purpose = utf8('interlock-owner-revocation')
  const statement = concat(purpose, euiBytes(stationEui), moment, copyOf(fromBase64(lost)))
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
  const signature = await crypto.subtle.sign(algorithm, key.privateKey, statement)
  return { spki: lost, by, signature: toBase64(new Uint8Array(signature)), at }
}
