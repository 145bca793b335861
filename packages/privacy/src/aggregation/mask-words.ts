import {
  concat,
  euiBytes,
  hkdfExpand,
  hkdfExtract,
  readU64,
  u64,
  utf8,
  type Crypto,
  type Eui64,
  type PrivateKey,
  type PublicKey,
} from '@interlock/kernel'
import type { Roster } from './roster.ts'

/** Words of one use say nothing about those of another; each closing is a use of its own. */
export type WordUse = 'mask' | 'blind' | 'audit' | ClosingUse
/** With SHA-256 of the closing: {@link closingUses}. */
export type ClosingUse = `closing/${string}`

/** 64 bits for one round: shared with `peer`, or one's own alone where `peer` is oneself. */
export type Word = (peer: Eui64, use: WordUse, round: number) => bigint

/** A key of 32 bytes for each other member, and one's own under one's own name. */
export type PairKeys = ReadonlyMap<Eui64, Uint8Array>

export type KeyHolder = { readonly station: Eui64; readonly key: PrivateKey }
export type KeyOf = (station: Eui64) => PublicKey | undefined

/**
 * Keys with the other members by ECDH and HKDF, bound to feeder, version and both names. Made anew with
 * each roster. A member whose key is unknown has none here and a round with it fails.
 *
 * @param own the station's key-agreement key, used for nothing else
 * @param ownSecret 32 random bytes that never leave the station
 */
export function pairKeys(
  own: KeyHolder,
  ownSecret: Uint8Array,
  { feeder, version, members }: Roster,
  keyOf: KeyOf,
  crypto: Crypto,
): PairKeys {
  const bound = concat(crypto.sha256(utf8(feeder)), u64(BigInt(version)))
  const derive = (secret: Uint8Array, one: Eui64, other: Eui64): Uint8Array =>
    hkdfExpand(
      hkdfExtract(utf8('interlock-feeder-sum'), secret, crypto),
      concat(bound, euiBytes(one), euiBytes(other)),
      32,
      crypto,
    )
  const keys = new Map<Eui64, Uint8Array>()
  for (const peer of members) {
    const isOwn = peer === own.station
    const key = isOwn ? undefined : keyOf(peer)
    const secret = isOwn ? ownSecret : key && crypto.agree(own.key, key)
    if (secret === undefined) continue
    const [low, high] = own.station < peer ? [own.station, peer] : [peer, own.station]
    keys.set(peer, derive(secret, low, high))
  }
  return keys
}

/** One HMAC gives the words of four rounds. */
const roundsPerBlock = 4
const wordBytes = 8

/**
 * Words by HKDF-Expand with the pair's key; what was expanded last is kept for the rounds that follow.
 * @throws TypeError for a member without a key
 */
export function derivedWords(keys: PairKeys, crypto: Pick<Crypto, 'hmacSha256'>): Word {
  const held = {
    mask: new Map<Eui64, Block>(),
    blind: new Map<Eui64, Block>(),
    audit: new Map<Eui64, Block>(),
    closing: new Map<Eui64, Block>(),
  }
  return (peer, use, round) => {
    const key = keys.get(peer)
    if (key === undefined) throw new TypeError(`no key with ${peer}`)
    const blocks = held[use === 'mask' || use === 'blind' || use === 'audit' ? use : 'closing']
    const number = Math.floor(round / roundsPerBlock)
    let block = blocks.get(peer)
    if (block?.number !== number || block.use !== use) {
      const info = concat(utf8(use), u64(BigInt(number)))
      const bytes = hkdfExpand(key, info, roundsPerBlock * wordBytes, crypto)
      block = { use, number, bytes }
      blocks.set(peer, block)
    }
    return readU64(block.bytes, (round % roundsPerBlock) * wordBytes)
  }
}
type Block = { readonly use: WordUse; readonly number: number; readonly bytes: Uint8Array }

/** Modulo 2^64. */
export const wrap = (value: bigint): bigint => BigInt.asUintN(64, value)

/** A station's masks with `peers`, added by the one and subtracted by the other of each pair. */
export function masksWith(
  own: Eui64,
  peers: readonly Eui64[],
  use: WordUse,
  round: number,
  word: Word,
): bigint {
  let sum = 0n
  for (const peer of peers) {
    if (peer === own) continue
    sum += own < peer ? word(peer, use, round) : -word(peer, use, round)
  }
  return wrap(sum)
}
