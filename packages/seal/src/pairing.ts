import { assert, concat, hkdfExpand, hkdfExtract, utf8, type Crypto } from '@interlock/kernel'

const installCodeCharactersMin = 16
const nonceBytesMin = 16

/**
 * The key of one local link, from the code that the installer carries from the LLCS to the station
 * and a nonce of each (HKDF with SHA-256, RFC 5869). 32 bytes.
 */
export function derivePairingKey(
  installCode: string,
  nonceLlcs: Uint8Array,
  nonceStation: Uint8Array,
  crypto: Crypto,
): Uint8Array {
  assert(installCode.length >= installCodeCharactersMin, 'an install code is long enough')
  assert(Math.min(nonceLlcs.length, nonceStation.length) >= nonceBytesMin, 'a nonce is long enough')
  // Each nonce by its digest: no choice of lengths gives two pairs of nonces one salt.
  const salt = concat(crypto.sha256(nonceLlcs), crypto.sha256(nonceStation))
  const extracted = hkdfExtract(salt, utf8(installCode), crypto)
  return hkdfExpand(extracted, utf8('interlock-pairing'), 32, crypto)
}
