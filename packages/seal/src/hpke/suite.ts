import { concat, hkdfExpand, hkdfExtract, utf8, type Crypto } from '@interlock/kernel'

/**
 * The suites of RFC 9180 that are spoken here: DHKEM(P-256, HKDF-SHA256) and HKDF-SHA256 with one of
 * two AEADs. What this system seals uses `A256GCM`; the other is the one the RFC has vectors for.
 */
export const aeads = {
  A128GCM: { id: 1, keyBytes: 16 },
  A256GCM: { id: 2, keyBytes: 32 },
} as const
export type AeadName = keyof typeof aeads

const kemId = 0x0010
const kdfId = 0x0001
export const nonceBytes = 12
export const secretBytes = 32

/** A whole number as two bytes, most significant first (I2OSP, §3). */
const twoBytes = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 0xff)

/** What binds every derived key to its place (§4.1, §5.1). */
export const kemSuite = concat(utf8('KEM'), twoBytes(kemId))
export const hpkeSuite = (aead: AeadName): Uint8Array =>
  concat(utf8('HPKE'), twoBytes(kemId), twoBytes(kdfId), twoBytes(aeads[aead].id))

const version = utf8('HPKE-v1')

/** LabeledExtract (§4). */
export const labelledExtract = (
  suite: Uint8Array,
  salt: Uint8Array,
  label: string,
  secret: Uint8Array,
  crypto: Crypto,
): Uint8Array => hkdfExtract(salt, concat(version, suite, utf8(label), secret), crypto)

/** LabeledExpand (§4). */
export const labelledExpand = (
  suite: Uint8Array,
  key: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
  crypto: Crypto,
): Uint8Array =>
  hkdfExpand(key, concat(twoBytes(length), version, suite, utf8(label), info), length, crypto)
