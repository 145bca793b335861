import { copyOf, euiText } from './bytes.ts'

/** This device's key. The private half can be used by this page and read by nobody. */
export type ArmKey = {
  readonly privateKey: CryptoKey
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array<ArrayBuffer>
  /** EUI-64 under which this key originates arms. */
  readonly eui: string
}

/** Makes a P-256 key whose private half cannot leave the browser (or the process). */
export async function createArmKey(): Promise<ArmKey> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const pair = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey))
  return { privateKey: pair.privateKey, spki, eui: await ownerEui(spki) }
}

/** The first 8 bytes of SHA-256 over the public key, marked as locally administered. */
export async function ownerEui(spki: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', copyOf(spki)))
  const bytes = digest.slice(0, 8)
  bytes[0] = (bytes[0] ?? 0) | 0x02
  return euiText(bytes)
}
