import {
  fitsTopic,
  isGroup,
  limits,
  mayPublish,
  sealedTopic,
  type SealedMessage,
} from '@interlock/contract'
import {
  assert,
  canonicalJson,
  toBase64Url,
  utf8,
  type Crypto,
  type Entropy,
} from '@interlock/kernel'
import { nonceBytes } from '../hpke/suite.ts'
import { detachedInput, encodeJson } from '../jws.ts'
import { commitment, packContent, saltBytes } from './content.ts'
import { contentKeyBytes, groupKey, wrapFor } from './content-key.ts'
import { headOf, type Author, type DataToSeal, type EpochKey, type Reader } from './head.ts'

/** Whom a message is for; which of them, its topic's protection says. */
export type Audience =
  { readonly readers: readonly Reader[] } | { readonly epoch: EpochKey } | 'everyone'

export type SealTools = { readonly crypto: Crypto; readonly entropy: Entropy }

/**
 * Seals one message, as its topic's row in the contract says.
 * @throws Error when the caller offends against that row: a bug of the publisher, never input
 */
export function sealData(
  data: DataToSeal,
  author: Author,
  audience: Audience,
  { crypto, entropy }: SealTools,
): SealedMessage {
  const row = sealedTopic(data.topic.kind)
  assert(row !== undefined, `${data.topic.kind} stays in its process`)
  assert(mayPublish(author.role, data.topic.kind), `${author.role} publishes ${data.topic.kind}`)
  assert(fitsTopic(data.topic.kind, data.payload), `the payload is one of ${data.topic.kind}`)
  assert(data.expiresAt - data.at <= row.retentionMillis, 'it expires before it is forgotten')
  const readers = typeof audience === 'object' && 'readers' in audience ? audience.readers : []
  const epoch = typeof audience === 'object' && 'epoch' in audience ? audience.epoch : undefined
  assert(readers.length > 0 === (row.protection === 'readers'), 'readers are named where they must')
  assert(readers.length <= limits.sealReadersMax, 'not too many readers')
  assert((epoch !== undefined) === isGroup(row.protection), 'an epoch where there is a group')

  const isEncrypted = row.protection !== 'signed'
  // One call: the system's entropy costs as much for both as for either.
  const random = entropy.bytes(nonceBytes + saltBytes)
  const [nonce, salt] = [random.subarray(0, nonceBytes), random.subarray(nonceBytes)]
  const head = headOf(data, author, row)
  if (isEncrypted) head.nonce = toBase64Url(nonce)
  if (epoch !== undefined) head.epoch = epoch.epoch
  if (readers.length > 0) head.readers = readers.map((reader) => reader.thumbprint)
  const encoded = encodeJson(head)
  const payload = utf8(canonicalJson(data.payload))
  const isSigned = head.alg === 'ES256'
  const covered = isSigned
    ? detachedInput(encoded, commitment(salt, payload, crypto))
    : utf8(encoded)
  // What is signed begins with the header, in ASCII.
  const bytes = covered.subarray(0, encoded.length)
  const signature = isSigned ? crypto.sign(author.key, covered) : undefined
  const content = packContent({ salt, signature, payload })
  if (!isEncrypted) return { head: encoded, body: toBase64Url(content) }
  const key = epoch === undefined ? entropy.bytes(contentKeyBytes) : groupKey(epoch, head, crypto)
  const body = toBase64Url(crypto.encrypt(key, nonce, bytes, content))
  if (readers.length === 0) return { head: encoded, body }
  return { head: encoded, keys: readers.map((each) => wrapFor(each, key, bytes, crypto)), body }
}
