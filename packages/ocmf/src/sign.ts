import { toHex, utf8, type Crypto, type PrivateKey } from '@interlock/kernel'
import { defaultAlgorithm } from './algorithms.ts'
import type { Payload } from './record.ts'

/** A record as text, ECDSA over P-256 with SHA-256, its signature in DER as hex. */
export function signRecord(payload: Payload, key: PrivateKey, crypto: Crypto): string {
  // The bar separates the sections and may not occur in one.
  const signed = JSON.stringify(payload).replaceAll('|', '\\u007c')
  const signature = derOf(crypto.sign(key, utf8(signed)))
  return `OCMF|${signed}|${JSON.stringify({ SA: defaultAlgorithm, SD: toHex(signature) })}`
}

/** SEQUENCE of two INTEGERs, of r‖s of P-256. */
function derOf(raw: Uint8Array): Uint8Array {
  const content = [...integerOf(raw.subarray(0, 32)), ...integerOf(raw.subarray(32))]
  return Uint8Array.of(0x30, content.length, ...content)
}

function integerOf(bytes: Uint8Array): readonly number[] {
  const first = Math.max(
    0,
    bytes.findIndex((byte) => byte !== 0),
  )
  const digits = [...bytes.subarray(first)]
  const content = (digits[0] ?? 0) >= 0x80 ? [0, ...digits] : digits
  return [0x02, content.length, ...content]
}
