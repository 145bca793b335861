import {
  concat,
  fromBase64Url,
  hkdfExpand,
  pointBytes,
  toBase64Url,
  utf8,
  type Crypto,
  type PrivateKey,
} from '@interlock/kernel'
import { limits, type SealHead } from '@interlock/contract'
import { hpkeRecipient, hpkeSender } from '../hpke/hpke.ts'
import type { EpochKey, Reader } from './head.ts'

/** The two ways to the key of one message's AES-256-GCM: by name, or by the epoch of the topic. */
export const contentKeyBytes = 32

const info = utf8('interlock seal 1 content key')
const suite = 'A256GCM'

/** Wraps a content key for one named reader, bound to the header: encapsulation, then ciphertext. */
export function wrapFor(
  reader: Reader,
  contentKey: Uint8Array,
  head: Uint8Array,
  crypto: Crypto,
): string {
  const { encapsulated, context } = hpkeSender(reader.publicKey, info, suite, crypto)
  return toBase64Url(concat(encapsulated, context.seal(head, contentKey)))
}

/** `undefined` when it was not wrapped for this key and this header. */
export function unwrap(
  wrapped: string,
  own: PrivateKey,
  head: Uint8Array,
  crypto: Crypto,
): Uint8Array | undefined {
  const bytes = fromBase64Url(wrapped)
  if (bytes === undefined) return undefined
  const encapsulated = bytes.subarray(0, pointBytes)
  const context = hpkeRecipient(encapsulated, own, info, suite, crypto)
  const key = context?.open(head, bytes.subarray(pointBytes))
  return key?.length === contentKeyBytes ? key : undefined
}

/** What was derived from an epoch's key, for as long as somebody holds that; by what it is for. */
const derived = new WeakMap<Uint8Array, Map<string, Uint8Array>>()

/**
 * Each author of an epoch has a key of its own, so that random nonces of many authors never meet
 * under one key; every member can derive it. It is derived once: every message needs it.
 */
export function groupKey(
  { key, epoch }: EpochKey,
  { topic, author }: Pick<SealHead, 'topic' | 'author'>,
  crypto: Crypto,
): Uint8Array {
  const purpose = `interlock seal 1 group key ${topic} ${epoch} ${author}`
  const known = derived.get(key) ?? new Map<string, Uint8Array>()
  const kept = known.get(purpose)
  if (kept !== undefined) return kept
  const fresh = hkdfExpand(key, utf8(purpose), contentKeyBytes, crypto)
  if (known.size >= limits.groupMembersMax) known.clear()
  derived.set(key, known.set(purpose, fresh))
  return fresh
}
