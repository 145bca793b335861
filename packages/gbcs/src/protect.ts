import { concat, euiBytes, sameBytes, type Crypto, type Eui64 } from '@interlock/kernel'
import { agreedKey, type MacKeys } from './mac.ts'

/** Whose answer to which command. */
export type Protected = {
  readonly device: Eui64
  readonly reader: Eui64
  readonly counter: bigint
}

const kindByte = 0x04
/** Security control: authenticated and encrypted; and an invocation counter that is always zero. */
const securityControl = Uint8Array.of(0x31)
const header = concat(securityControl, new Uint8Array(4))
const tagBytes = 12
const cipherTagBytes = 16

/**
 * Encrypts what a device says for one reader: header, ciphertext, twelve bytes of the tag. The key is of both their keys
 * and of the counter, so that **a device must never protect two answers to one counter of a reader**.
 */
export function protect(
  plain: Uint8Array,
  of: Protected,
  keys: MacKeys,
  crypto: Crypto,
): Uint8Array {
  const sealed = sealedWith(plain, of, keys, crypto)
  return concat(header, sealed.subarray(0, plain.length + tagBytes))
}

/** What {@link protect} was given; `undefined` when it is another's, or another answer. */
export function unprotect(
  bytes: Uint8Array,
  of: Protected,
  keys: MacKeys,
  crypto: Crypto,
): Uint8Array | undefined {
  const body = bytes.subarray(header.length)
  if (!sameBytes(bytes.subarray(0, header.length), header) || body.length < tagBytes)
    return undefined
  const ciphertext = body.subarray(0, -tagBytes)
  // In counter mode what encrypts decrypts; what was read is encrypted again, and the tag compared as far as it goes.
  const plain = sealedWith(ciphertext, of, keys, crypto).slice(0, -cipherTagBytes)
  return sameBytes(protect(plain, of, keys, crypto), bytes) ? plain : undefined
}

function sealedWith(
  text: Uint8Array,
  { device, reader, counter }: Protected,
  keys: MacKeys,
  crypto: Crypto,
): Uint8Array {
  const key = agreedKey({ by: device, to: reader, kindByte, counter }, keys, crypto)
  return crypto.encrypt(key, concat(euiBytes(device), new Uint8Array(4)), securityControl, text)
}
