import {
  assert,
  concat,
  pointBytes,
  pointOf,
  spkiOfPoint,
  u64,
  type Crypto,
  type PrivateKey,
  type PublicKey,
} from '@interlock/kernel'
import {
  aeads,
  hpkeSuite,
  kemSuite,
  labelledExpand,
  labelledExtract,
  nonceBytes,
  secretBytes,
  type AeadName,
} from './suite.ts'

/** What both ends have after one encapsulation; messages are numbered by the order of the calls. */
export type HpkeContext = {
  /** The ciphertext of the next message, its tag of 16 bytes at the end. */
  seal(additional: Uint8Array, plaintext: Uint8Array): Uint8Array
  /** The next message; `undefined`, and no number used, when anything was changed. */
  open(additional: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined
  /** A further secret for both ends (§5.3). */
  export(context: Uint8Array, length: number): Uint8Array
}

const empty = new Uint8Array()
const baseMode = Uint8Array.of(0)

/** Base mode towards `recipient` (SetupBaseS, RFC 9180 §5.1.1). `ephemeral` is used once and never again. */
export function hpkeSender(
  recipient: PublicKey,
  info: Uint8Array,
  aead: AeadName,
  crypto: Crypto,
  ephemeral: PrivateKey = crypto.ephemeralKey(),
): { readonly encapsulated: Uint8Array; readonly context: HpkeContext } {
  const encapsulated = pointOf(ephemeral.publicKey)
  const dh = crypto.agree(ephemeral, recipient)
  const shared = sharedSecret(dh, encapsulated, recipient, crypto)
  return { encapsulated, context: contextOf(shared, info, aead, crypto) }
}

/**
 * The other end (SetupBaseR).
 * @returns `undefined` when `encapsulated` is no point of P-256
 */
export function hpkeRecipient(
  encapsulated: Uint8Array,
  own: PrivateKey,
  info: Uint8Array,
  aead: AeadName,
  crypto: Crypto,
): HpkeContext | undefined {
  if (encapsulated.length !== pointBytes) return undefined
  const peer = crypto.publicKey(spkiOfPoint(encapsulated))
  if (peer === undefined) return undefined
  const dh = crypto.agree(own, peer)
  return contextOf(sharedSecret(dh, encapsulated, own.publicKey, crypto), info, aead, crypto)
}

/** ExtractAndExpand of the KEM (§4.1). */
function sharedSecret(
  dh: Uint8Array,
  encapsulated: Uint8Array,
  recipient: PublicKey,
  crypto: Crypto,
): Uint8Array {
  const key = labelledExtract(kemSuite, empty, 'eae_prk', dh, crypto)
  const context = concat(encapsulated, pointOf(recipient))
  return labelledExpand(kemSuite, key, 'shared_secret', context, secretBytes, crypto)
}

/** The key schedule of base mode, without a pre-shared key (§5.1). */
function contextOf(
  shared: Uint8Array,
  info: Uint8Array,
  aead: AeadName,
  crypto: Crypto,
): HpkeContext {
  const suite = hpkeSuite(aead)
  const pskHash = labelledExtract(suite, empty, 'psk_id_hash', empty, crypto)
  const infoHash = labelledExtract(suite, empty, 'info_hash', info, crypto)
  const scheduled = concat(baseMode, pskHash, infoHash)
  const secret = labelledExtract(suite, shared, 'secret', empty, crypto)
  const expand = (label: string, length: number): Uint8Array =>
    labelledExpand(suite, secret, label, scheduled, length, crypto)
  const key = expand('key', aeads[aead].keyBytes)
  const baseNonce = expand('base_nonce', nonceBytes)
  const exporter = expand('exp', secretBytes)
  let sequence = 0n
  return {
    seal(additional, plaintext) {
      const sealed = crypto.encrypt(key, nonceOf(baseNonce, sequence), additional, plaintext)
      sequence++
      return sealed
    },
    open(additional, ciphertext) {
      const opened = crypto.decrypt(key, nonceOf(baseNonce, sequence), additional, ciphertext)
      if (opened !== undefined) sequence++
      return opened
    },
    export: (context, length) => labelledExpand(suite, exporter, 'sec', context, length, crypto),
  }
}

/** The base nonce with the sequence number over its last eight bytes (§5.2). */
function nonceOf(base: Uint8Array, sequence: bigint): Uint8Array {
  assert(sequence < 2n ** 64n, 'one context seals fewer than 2^64 messages')
  const number = concat(new Uint8Array(nonceBytes - 8), u64(sequence))
  return base.map((byte, i) => byte ^ (number[i] ?? 0))
}
