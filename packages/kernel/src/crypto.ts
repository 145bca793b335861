import type { Branded } from './units.ts'

/** A P-256 public key; made by {@link Crypto.publicKey}, opaque to everyone else. */
export interface PublicKey {
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array
}

/** A P-256 private key that the host keeps; code here can use it but not read it. */
export interface PrivateKey {
  readonly publicKey: PublicKey
}

/** SHA-256 as lower-case hex: a name for bytes. */
export type Digest = Branded<string, 'Digest'>

/**
 * Synchronous cryptography: P-256, AES-128-GCM as a MAC, SHA-256, HMAC. The host implements it over
 * `node:crypto`; tests use the same implementation.
 */
export interface Crypto {
  sha256(data: Uint8Array): Uint8Array
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array
  /** ECDSA P-256 with SHA-256; 64 bytes r‖s (IEEE P1363). */
  sign(key: PrivateKey, data: Uint8Array): Uint8Array
  /** False for any malformed signature; never throws. */
  verify(key: PublicKey, data: Uint8Array, signature: Uint8Array): boolean
  /** ECDH P-256: the 32-byte x-coordinate Z. */
  agree(key: PrivateKey, peer: PublicKey): Uint8Array
  /** AES-128-GCM over an empty plaintext: the first 12 bytes of the tag (GBCS MAC). */
  gcmTag(key: Uint8Array, iv: Uint8Array, additional: Uint8Array): Uint8Array
  /** `undefined` unless `spki` is a P-256 SubjectPublicKeyInfo. */
  publicKey(spki: Uint8Array): PublicKey | undefined
}
