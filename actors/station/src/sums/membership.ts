import type { MaskRoster } from '@interlock/contract'
import {
  canonicalJson,
  eui64,
  ok,
  refused,
  toBase64Url,
  utf8,
  type Crypto,
  type Eui64,
  type Outcome,
  type PrivateKey,
  type PublicKey,
} from '@interlock/kernel'
import {
  closingUses,
  roster,
  wordsOf,
  type GroupRules,
  type Member,
  type RosterProblem,
} from '@interlock/privacy'
import type { SumMemory } from './sum-memory.ts'

export type MembershipProblem =
  | RosterProblem
  /** One that it took part in was newer. */
  | 'RosterOlder'
  /** Of the version that it took part in, and not the same. */
  | 'RosterOther'
  | 'NotMember'
  /** The roster has another key of this station. */
  | 'KeyOther'
  /** A member's key is still to come. */
  | 'KeyUnknown'

export type SumIdentity = {
  readonly station: Eui64
  /** `<region>/<feeder>`. */
  readonly feeder: string
  readonly key: PrivateKey
  readonly secret: Uint8Array
  readonly rules: GroupRules
  readonly crypto: Crypto
}

export const digestOf = (bytes: Uint8Array, { sha256 }: Pick<Crypto, 'sha256'>): string =>
  toBase64Url(sha256(bytes))

export const rosterDigest = ({ members }: MaskRoster, crypto: Crypto): string =>
  digestOf(utf8(canonicalJson(members)), crypto)

/**
 * What a station takes part as, once every member has said its key by itself: whoever told the roster can
 * leave stations out, and cannot make any up.
 */
export function membershipIn(
  told: MaskRoster,
  { station, feeder, key, secret, rules, crypto }: SumIdentity,
  keys: ReadonlyMap<Eui64, PublicKey>,
  pinned: SumMemory['pinned'],
): Outcome<Member, MembershipProblem> {
  const { version } = told
  if (pinned !== undefined && version < pinned.version) return refused('RosterOlder', `${version}`)
  if (pinned?.version === version && pinned.digest !== rosterDigest(told, crypto))
    return refused('RosterOther', `${version}`)
  const members = told.members.map((each) => eui64(each.station))
  const made = roster({ feeder, version, members }, rules)
  if (!made.ok) return made
  const own = told.members.find((each) => each.station === station)
  if (own === undefined) return refused('NotMember', `${version}`)
  if (own.key !== digestOf(key.publicKey.spki, crypto)) return refused('KeyOther', `${version}`)
  for (const each of told.members) {
    const said = keys.get(eui64(each.station))
    const isKnown = said !== undefined && digestOf(said.spki, crypto) === each.key
    if (each !== own && !isKnown) return refused('KeyUnknown', each.station)
  }
  const words = wordsOf({ station, key }, secret, made.value, (of) => keys.get(of), crypto)
  const closingUse = closingUses(made.value, crypto)
  return ok({ station, roster: made.value, rules, words, closingUse })
}
