import {
  keyOf,
  signKeyStatement,
  type KeyStatement,
  type SignedKeyStatement,
  type TokenStatus,
} from '@interlock/driver'
import {
  instant,
  ok,
  refused,
  type Crypto,
  type Eui64,
  type Instant,
  type Millis,
  type Outcome,
  type PrivateKey,
} from '@interlock/kernel'
import { ocpiTime, sameCi, type Token } from '@interlock/ocpi'

/** A token as its issuer has registered it. JSON values only. */
export type RegisteredToken = {
  /** As OCPI carries it. */
  readonly token: Token
  /** SPKI, base64; `null` for one that has a number alone. */
  readonly key: string | null
  /** What its issuer says of it; that it has expired follows from the time. */
  readonly status: Exclude<TokenStatus, 'expired'>
  readonly expiresAt?: Instant
}

export type RegisterRefusal =
  /** A party writes its own tokens and nobody else's. */
  | 'OwnerOther'
  /** A number that another issuer has given out. */
  | 'UidTaken'
  /** A key that another token has. */
  | 'KeyTaken'
  | 'KeyUnreadable'
  | 'TokenInvalid'
  | 'ObjectOlder'
  /** Whoever found it would charge with it: another token is given out instead. */
  | 'LostForGood'
  | 'TooManyTokens'

export type TokenOwner = { readonly country_code: string; readonly party_id: string }
export const ownerText = ({ country_code, party_id }: TokenOwner): string =>
  `${country_code}*${party_id}`.toUpperCase()

/** What is known of all tokens, as far as one may be put in. */
export type KnownTokens = {
  of(uid: string): RegisteredToken | undefined
  /** The number of the token with that key. */
  uidOfKey(key: string): string | undefined
  readonly size: number
}
export const tokensMax = 200_000
const uidPattern = /^([0-9A-F]{8}|[0-9A-F]{14}|[0-9A-F]{20})$/

/** Whether that party may put this in, in place of what is there. */
export function mayPut(
  writer: TokenOwner,
  next: RegisteredToken,
  known: KnownTokens,
  crypto: Pick<Crypto, 'publicKey'>,
): Outcome<RegisteredToken, RegisterRefusal> {
  const { token, key, status } = next
  if (ownerText(token) !== ownerText(writer)) return refused('OwnerOther', ownerText(token))
  const at = ocpiTime(token.last_updated)
  const isOfCard = token.type === 'RFID' && uidPattern.test(token.uid)
  if (!isOfCard || at === undefined) return refused('TokenInvalid', token.uid)
  if (key !== null && keyOf({ key }, crypto) === undefined) return refused('KeyUnreadable')
  const before = known.of(token.uid)
  if (before === undefined && known.size >= tokensMax) return refused('TooManyTokens')
  if (before !== undefined && ownerText(before.token) !== ownerText(writer))
    return refused('UidTaken')
  const holder = key === null ? undefined : known.uidOfKey(key)
  if (holder !== undefined && !sameCi(holder, token.uid)) return refused('KeyTaken')
  if (before === undefined) return ok(next)
  const was = ocpiTime(before.token.last_updated)
  if (was !== undefined && at < was) return refused('ObjectOlder', before.token.last_updated)
  if (before.status === 'lost' && status !== 'lost') return refused('LostForGood')
  return ok(next)
}

/** What the token is worth now, whatever its issuer said last. */
export function statusAt({ status, expiresAt, token }: RegisteredToken, now: Instant): TokenStatus {
  if (status !== 'active') return status
  if (expiresAt !== undefined && now >= expiresAt) return 'expired'
  return token.valid ? 'active' : 'suspended'
}

/**
 * What the register says to a charger that will be without it for a while.
 * @param provider the organisation of its issuer, where that is known
 */
export function stateOf(
  registered: RegisteredToken,
  provider: Eui64 | undefined,
  lifeMillis: Millis,
  now: Instant,
  register: PrivateKey,
  crypto: Crypto,
): SignedKeyStatement {
  const { token, key, expiresAt } = registered
  const status = statusAt(registered, now)
  const life = instant(now + lifeMillis)
  // An active token is not active beyond its own end.
  const until =
    status === 'active' && expiresAt !== undefined && expiresAt < life ? expiresAt : life
  const { uid, contract_id: contractId } = token
  const statement: KeyStatement = {
    uid,
    contractId,
    issuer: ownerText(token),
    ...(provider !== undefined && { provider }),
    status,
    key,
    statedAt: now,
    until,
  }
  return signKeyStatement(statement, register, crypto)
}
