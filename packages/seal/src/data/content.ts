import { assert, concat, type Crypto } from '@interlock/kernel'

/**
 * What is inside a seal: a salt, the author's signature where the topic has signatures, and the
 * payload in JSON. The signature covers a salted digest of the payload, so that a reader can show one
 * message to a third party, or prove its header alone, without the payload being guessed from it.
 */
export type Content = {
  readonly salt: Uint8Array
  /** ES256, 64 bytes. */
  readonly signature: Uint8Array | undefined
  readonly payload: Uint8Array
}

export const saltBytes = 16
const signatureBytes = 64

/** What the author signs in place of the payload: SHA-256 over salt and payload. */
export const commitment = (salt: Uint8Array, payload: Uint8Array, crypto: Crypto): Uint8Array =>
  crypto.sha256(concat(salt, payload))

export function packContent({ salt, signature, payload }: Content): Uint8Array {
  assert(salt.length === saltBytes, 'a salt has 16 bytes')
  return concat(salt, signature ?? new Uint8Array(), payload)
}

/** `undefined` when the bytes are too few for any payload. */
export function unpackContent(bytes: Uint8Array, isSigned: boolean): Content | undefined {
  const start = saltBytes + (isSigned ? signatureBytes : 0)
  if (bytes.length <= start) return undefined
  return {
    salt: bytes.subarray(0, saltBytes),
    signature: isSigned ? bytes.subarray(saltBytes, start) : undefined,
    payload: bytes.subarray(start),
  }
}
