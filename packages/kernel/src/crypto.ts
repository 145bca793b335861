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

/** Hashes that an RSA signature may be made with (OCPP 2.0.1 Part 2 A00.FR.506). */
export type RsaHash = 'sha256' | 'sha384' | 'sha512'

/**
 * Synchronous cryptography: P-256, AES-GCM, SHA-256, HMAC. The host implements it over
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
  /** A new key of P-256 that is held in memory and nowhere else, for one encapsulation or a test. */
  ephemeralKey(): PrivateKey
  /**
   * AES-GCM (SP 800-38D) with a key of 16 or 32 bytes and a nonce of 12 that this key never had
   * before: the ciphertext, then the whole tag of 16 bytes.
   */
  encrypt(
    key: Uint8Array,
    nonce: Uint8Array,
    additional: Uint8Array,
    plaintext: Uint8Array,
  ): Uint8Array
  /** `undefined` when key, nonce, additional data or ciphertext is not the one of {@link encrypt}. */
  decrypt(
    key: Uint8Array,
    nonce: Uint8Array,
    additional: Uint8Array,
    ciphertext: Uint8Array,
  ): Uint8Array | undefined
  /** `undefined` unless `spki` is a P-256 SubjectPublicKeyInfo. */
  publicKey(spki: Uint8Array): PublicKey | undefined
  /** Whether `spki` is an RSA key of 2,048 to 4,096 bits (A00.FR.502): for TLS alone, never for seals. */
  isRsaKey(spki: Uint8Array): boolean
  /** RSASSA-PKCS1-v1_5 by such a key. False for any other key or signature; never throws. */
  verifyRsa(spki: Uint8Array, data: Uint8Array, signature: Uint8Array, hash: RsaHash): boolean
}
