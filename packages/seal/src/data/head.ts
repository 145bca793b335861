import {
  isSealHead,
  mayPublish,
  parseTopic,
  sealedTopic,
  topicName,
  type Protection,
  type SealHead,
  type SealRefusal,
  type SealedTopic,
  type Topic,
} from '@interlock/contract'
import {
  fromBase64Url,
  isRole,
  ok,
  refused,
  type Eui64,
  type Instant,
  type Outcome,
  type PrivateKey,
  type PublicKey,
  type Role,
} from '@interlock/kernel'
import { critListsExactly } from '../jws.ts'
import { parseStrictJson } from '../strict-json.ts'

/** Who seals, with the key of its certificate. */
export type Author = {
  readonly eui: Eui64
  readonly role: Role
  readonly thumbprint: string
  readonly key: PrivateKey
}
/** An author as its readers know it: from its certificate, verified and not revoked. */
export type KnownAuthor = {
  readonly eui: Eui64
  readonly role: Role
  readonly publicKey: PublicKey
}
/** A named reader: the holder of this certificate. */
export type Reader = { readonly thumbprint: string; readonly publicKey: PublicKey }

/** One epoch of one group topic; the key has 32 bytes and is the key server's choice. */
export type EpochKey = { readonly epoch: number; readonly key: Uint8Array }

/** What is to be sealed; `payload` is of its topic's schema. */
export type DataToSeal = {
  readonly topic: Topic
  readonly payload: unknown
  /** One more with each message, per author and topic, and never one twice. */
  readonly sequence: number
  readonly at: Instant
  readonly expiresAt: Instant
}

const always = ['topic', 'author', 'role', 'seq', 'iat', 'exp', 'purpose', 'protection'] as const

/** Which members a header has by its protection; all of them must be understood. */
export const extensions: Readonly<Record<Protection, readonly string[]>> = {
  signed: always,
  readers: [...always, 'nonce', 'readers'],
  groupSigned: [...always, 'nonce', 'epoch'],
  groupMac: [...always, 'nonce', 'epoch'],
}

export const algOf = (protection: Protection): SealHead['alg'] =>
  protection === 'groupMac' ? 'A256GCM' : 'ES256'

/** What every header says; nonce, epoch and readers are added by protection. */
export function headOf(data: DataToSeal, author: Author, row: SealedTopic): SealHead {
  return {
    alg: algOf(row.protection),
    'x5t#S256': author.thumbprint,
    crit: [...extensions[row.protection]],
    topic: topicName(data.topic),
    author: author.eui,
    role: author.role,
    seq: data.sequence,
    iat: data.at,
    exp: data.expiresAt,
    purpose: row.purpose,
    protection: row.protection,
  }
}

/** A header that has been read, with what the contract says of its topic; nothing in it is proven. */
export type ReadHead = {
  readonly head: SealHead
  readonly topic: Topic
  readonly row: SealedTopic
  readonly role: Role
}

/** Reads a header: its shape, and whether its topic is protected as the contract demands. */
export function readHead(text: string): Outcome<ReadHead, SealRefusal> {
  const bytes = fromBase64Url(text)
  const parsed = bytes === undefined ? refused('Malformed') : parseStrictJson(bytes)
  if (!parsed.ok) return refused('SealMalformed', parsed.detail)
  const head = parsed.value
  if (!isSealHead(head) || !isRole(head.role)) return refused('SealMalformed', 'the header')
  const topic = parseTopic(head.topic)
  const row = topic && sealedTopic(topic.kind)
  if (topic === undefined || row === undefined) return refused('SealMalformed', 'no sealed topic')
  const { protection } = row
  const named = extensions[protection]
  // A weaker protection than the contract's would be for the sender to choose.
  if (head.protection !== protection || head.alg !== algOf(protection))
    return refused('SealProtection', head.protection)
  if (!critListsExactly(head, named) || Object.keys(head).length !== named.length + 3)
    return refused('SealMalformed', 'crit')
  if (head.purpose !== row.purpose) return refused('SealProtection', `purpose ${head.purpose}`)
  return ok({ head, topic, row, role: head.role })
}

/** Why a header is none that this author may write, whenever it is judged; `undefined` where it is one. */
export function whyNotBy(
  author: KnownAuthor | undefined,
  { head, topic, row, role }: ReadHead,
): SealRefusal | undefined {
  if (author === undefined || author.eui !== head.author || author.role !== role)
    return 'SealAuthor'
  if (!mayPublish(role, topic.kind)) return 'SealForbidden'
  return head.exp - head.iat > row.retentionMillis ? 'SealLifetime' : undefined
}
