import { assert } from './failure.ts'
import { concat } from './bytes.ts'
import type { Crypto } from './crypto.ts'

/** HKDF with SHA-256 (RFC 5869), in its two steps. */
const hashBytes = 32

/** @returns the pseudorandom key, 32 bytes; an empty salt stands for 32 zero bytes (§2.2) */
export const hkdfExtract = (
  salt: Uint8Array,
  secret: Uint8Array,
  crypto: Pick<Crypto, 'hmacSha256'>,
): Uint8Array => crypto.hmacSha256(salt, secret)

/** @returns `length` bytes, at most 255 hashes (§2.3) */
export function hkdfExpand(
  key: Uint8Array,
  info: Uint8Array,
  length: number,
  crypto: Pick<Crypto, 'hmacSha256'>,
): Uint8Array {
  assert(length <= 255 * hashBytes, 'HKDF gives at most 255 hashes')
  const blocks: Uint8Array[] = []
  let last: Uint8Array = new Uint8Array()
  for (let count = 1; blocks.length * hashBytes < length; count++) {
    last = crypto.hmacSha256(key, concat(last, info, Uint8Array.of(count)))
    blocks.push(last)
  }
  return concat(...blocks).subarray(0, length)
}
