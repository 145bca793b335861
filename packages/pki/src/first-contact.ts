import {
  concat,
  fromBase64Url,
  sameBytes,
  toBase64Url,
  utf8,
  type Crypto,
  type PrivateKey,
  type PublicKey,
  type StationId,
} from '@interlock/kernel'

/**
 * First contact. A unit leaves the maker with a one-time secret; the register holds
 * {@link firstContactKey}, its SHA-256. From that key come two values that tell nothing of each other:
 * the password, which the CSMS sees, and the proof, which rides in the request's challengePassword and
 * only the unit and the register can make. So a CSMS that records a first contact cannot have a key of
 * its own certified. See docs/decisions/first-contact.md.
 */

/** What the register holds (there in hex, as `secretSha256`). */
export const firstContactKey = (secret: string, crypto: Crypto): Uint8Array =>
  crypto.sha256(utf8(secret))

/** The password of HTTP basic authentication under security profile 2: 32 characters. */
export const firstContactPassword = (key: Uint8Array, crypto: Crypto): string =>
  toBase64Url(crypto.hmacSha256(key, utf8('interlock-first-contact-password')).subarray(0, 24))

/** The challengePassword of the first request: bound to the station and to the key it asks for. */
export const firstContactProof = (
  key: Uint8Array,
  station: StationId,
  publicKey: PublicKey,
  crypto: Crypto,
): string =>
  toBase64Url(
    crypto.hmacSha256(key, statement('interlock-first-contact-proof', station, publicKey, crypto)),
  )

export function verifyFirstContactProof(
  proof: string | undefined,
  key: Uint8Array,
  station: StationId,
  publicKey: PublicKey,
  crypto: Crypto,
): boolean {
  const expected = firstContactProof(key, station, publicKey, crypto)
  return proof !== undefined && sameBytes(utf8(proof), utf8(expected))
}

/** The challengePassword of a renewal: the key in force signs for its successor. */
export const renewalProof = (
  oldKey: PrivateKey,
  station: StationId,
  publicKey: PublicKey,
  crypto: Crypto,
): string =>
  toBase64Url(crypto.sign(oldKey, statement('interlock-renewal-proof', station, publicKey, crypto)))

export function verifyRenewalProof(
  proof: string | undefined,
  oldKey: PublicKey,
  station: StationId,
  publicKey: PublicKey,
  crypto: Crypto,
): boolean {
  const signature = fromBase64Url(proof ?? '')
  return (
    signature !== undefined &&
    crypto.verify(
      oldKey,
      statement('interlock-renewal-proof', station, publicKey, crypto),
      signature,
    )
  )
}

const statement = (
  purpose: string,
  station: StationId,
  publicKey: PublicKey,
  crypto: Crypto,
): Uint8Array =>
  concat(
    utf8(purpose),
    Uint8Array.of(0),
    utf8(station),
    Uint8Array.of(0),
    crypto.sha256(publicKey.spki),
  )
