import {
  fitsTopic,
  hasSealedShape,
  limits,
  topicName,
  type SealHead,
  type SealRefusal,
  type SealedMessage,
  type Topic,
} from '@interlock/contract'
import {
  fromBase64Url,
  instant,
  ok,
  refused,
  utf8,
  type Crypto,
  type Instant,
  type Outcome,
  type PrivateKey,
} from '@interlock/kernel'
import { parseStrictJson } from '../strict-json.ts'
import { unpackContent, type Content } from './content.ts'
import { groupKey, unwrap } from './content-key.ts'
import { disclosureOf, type Disclosure } from './disclosure.ts'
import { readHead, whyNotBy, type EpochKey, type KnownAuthor, type ReadHead } from './head.ts'

/** What a reader has at hand when it opens. */
export type Opener = {
  /** Its certificate and key, where it is named in headers. */
  readonly thumbprint: string
  readonly key: PrivateKey
  /** The key of an epoch of the topic, if this reader was given it and it was in force at `at`. */
  readonly epochKey: (topic: Topic, epoch: number, at: Instant) => EpochKey | undefined
  /** The holder of a certificate that is trusted and not revoked. */
  readonly authorOf: (thumbprint: string) => KnownAuthor | undefined
}

export type Opened = {
  readonly head: SealHead
  readonly topic: Topic
  readonly payload: unknown
  /** What proves it to a third party; a MAC proves nothing to anyone outside its group. */
  readonly disclosure: Disclosure | undefined
}

/**
 * Opens what came on `topic`. Whether it is new, in order and complete is for `follow` to say.
 * @returns the payload, or the one reason why not; never throws for anything that a carrier can do
 */
export function openSealed(
  message: unknown,
  topic: Topic,
  opener: Opener,
  now: Instant,
  crypto: Crypto,
): Outcome<Opened, SealRefusal> {
  if (!hasSealedShape(message)) return refused('SealMalformed', 'no sealed message')
  const read = readHead(message.head)
  if (!read.ok) return read
  const { head } = read.value
  if (head.topic !== topicName(topic)) return refused('SealTopic', head.topic)
  const author = opener.authorOf(head['x5t#S256'])
  const problem = whyNotBy(author, read.value) ?? whyNotNow(read.value, now)
  if (problem !== undefined || author === undefined) return refused(problem ?? 'SealAuthor')

  const content = contentOf(message, read.value, opener, crypto)
  if (!content.ok) return content
  const disclosure = disclosureOf(message.head, content.value, author.publicKey, crypto)
  if (head.alg === 'ES256' && disclosure === undefined) return refused('SealSignature')
  const payload = parseStrictJson(content.value.payload)
  if (!payload.ok || !fitsTopic(topic.kind, payload.value)) return refused('SealContent')
  return ok({ head, topic, payload: payload.value, disclosure })
}

function whyNotNow({ head }: ReadHead, now: Instant): SealRefusal | undefined {
  if (head.iat > now + limits.clockSkewMillisMax) return 'SealNotYetValid'
  return head.exp < now ? 'SealExpired' : undefined
}

function contentOf(
  message: SealedMessage,
  { head, topic, row }: ReadHead,
  opener: Opener,
  crypto: Crypto,
): Outcome<Content, SealRefusal> {
  const body = fromBase64Url(message.body)
  const wanted = head.readers?.length
  if (body === undefined || message.keys?.length !== wanted) return refused('SealMalformed')
  if (row.protection === 'signed') {
    const content = unpackContent(body, true)
    return content === undefined ? refused('SealMalformed') : ok(content)
  }
  const bytes = utf8(message.head)
  const key = contentKey(message, head, topic, bytes, opener, crypto)
  if (typeof key === 'string') return refused(key)
  const nonce = fromBase64Url(head.nonce ?? '')
  if (nonce === undefined) return refused('SealMalformed', 'nonce')
  const opened = crypto.decrypt(key, nonce, bytes, body)
  const content = opened && unpackContent(opened, head.alg === 'ES256')
  return content === undefined ? refused('SealAltered') : ok(content)
}

function contentKey(
  { keys }: SealedMessage,
  head: SealHead,
  topic: Topic,
  bytes: Uint8Array,
  opener: Opener,
  crypto: Crypto,
): Uint8Array | SealRefusal {
  if (head.epoch !== undefined) {
    const epoch = opener.epochKey(topic, head.epoch, instant(head.iat))
    return epoch === undefined ? 'SealEpochUnknown' : groupKey(epoch, head, crypto)
  }
  const wrapped = keys?.[head.readers?.indexOf(opener.thumbprint) ?? -1]
  if (wrapped === undefined) return 'SealNotForUs'
  return unwrap(wrapped, opener.key, bytes, crypto) ?? 'SealAltered'
}
