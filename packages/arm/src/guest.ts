import { concat, euiBytes, toBase64, utf8 } from './bytes.ts'
import type { ArmKey } from './key.ts'

/** A card that may charge at an owner's charger. */
export type Guest = {
  /** The card's number, hexadecimal in capitals. */
  readonly uid: string
  /** Whose it is, in the owner's words; one line. */
  readonly name: string
  /** Of all charges together; 0 takes back what was allowed. */
  readonly wattHours: number
  /** No charge begins from then on, ms since 1970. */
  readonly until: number
  /** A contract with a provider that pays; `null`: the owner. */
  readonly payer: { readonly issuer: string; readonly contractId: string } | null
}

/** A guest as a charger reads it. */
export type SignedGuest = {
  readonly guest: Guest
  /** SPKI of the key that signs, base64. */
  readonly by: string
  /** r‖s, base64. */
  readonly signature: string
  /** World time, ms since 1970: it is taken for minutes, at one charger. */
  readonly at: number
}

/**
 * Allows a guest on the person's gesture and never before. Signed is `interlock-owner-guest` ‖ the charger's EUI-64 ‖
 * `at` in 64 bits ‖ five lines: card, Wh, end, the payer's issuer and contract (empty: the owner), and the name.
 * @throws TypeError when the name is more than one line: it could say something else than what is shown.
 */
export async function signGuest(
  guest: Guest,
  stationEui: string,
  at: number,
  key: ArmKey,
): Promise<SignedGuest> {
  const { uid, wattHours, until, payer, name } = guest
  if (name.includes('\n')) throw new TypeError('a name is one line')
  const moment = new Uint8Array(8)
  new DataView(moment.buffer).setBigUint64(0, BigInt(at))
  const paidBy = payer === null ? '' : `${payer.issuer} ${payer.contractId}`
  const text = utf8([uid, wattHours, until, paidBy, name].join('\n'))
  const statement = concat(utf8('interlock-owner-guest'), euiBytes(stationEui), moment, text)
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
  const signature = await crypto.subtle.sign(algorithm, key.privateKey, statement)
  return { guest, by: toBase64(key.spki), signature: toBase64(new Uint8Array(signature)), at }
}
