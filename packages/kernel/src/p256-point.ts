import { concat, fromHex, sameBytes } from './bytes.ts'
import type { PublicKey } from './crypto.ts'

/** SubjectPublicKeyInfo of every uncompressed P-256 key, up to the point's 04 (RFC 5480 §2.1.1). */
const spkiHead =
  fromHex('3059301306072a8648ce3d020106082a8648ce3d03010703420004') ?? new Uint8Array()
/** An uncompressed point: 04, x, y (SEC 1 §2.3.3). */
export const pointBytes = 65

/** Whether `spki` has the one form that a P-256 key has here; the point may still be off the curve. */
export const looksLikeP256 = (spki: Uint8Array): boolean =>
  spki.length === spkiHead.length - 1 + pointBytes &&
  sameBytes(spki.subarray(0, spkiHead.length), spkiHead)

export const pointOf = (key: PublicKey): Uint8Array => key.spki.subarray(-pointBytes)

/** The SubjectPublicKeyInfo of an uncompressed point, for `Crypto.publicKey` to judge. */
export const spkiOfPoint = (point: Uint8Array): Uint8Array =>
  concat(spkiHead.subarray(0, -1), point)
