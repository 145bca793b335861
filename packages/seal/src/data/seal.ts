import {
  fitsTopic,
  isGroup,
  limits,
  mayPublish,
  sealedTopic,
  type SealHead,
  type SealedMessage,
} from '@interlock/contract'
import {
  assert,
  canonicalJson,
  fromBase64Url,
  toBase64Url,
  utf8,
  type Crypto,
  type Entropy,
} from '@interlock/kernel'
import { nonceBytes } from '../hpke/suite.ts'
import { encodeJson, signDetached } from '../jws.ts'
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
  const nonce = entropy.bytes(nonceBytes)
  const head = headOf(data, author, row, {
    ...(isEncrypted ? { nonce: toBase64Url(nonce) } : {}),
    ...(epoch === undefined ? {} : { epoch: epoch.epoch }),
    ...(readers.length === 0 ? {} : { readers: readers.map((reader) => reader.thumbprint) }),
  })
  const encoded = encodeJson(head)
  const bytes = utf8(encoded)
  const content = packed(head, utf8(canonicalJson(data.payload)), author, entropy, crypto)
  if (!isEncrypted) return { head: encoded, body: toBase64Url(content) }
  const key = epoch === undefined ? entropy.bytes(contentKeyBytes) : groupKey(epoch, head, crypto)
  const body = toBase64Url(crypto.encrypt(key, nonce, bytes, content))
  if (readers.length === 0) return { head: encoded, body }
  return { head: encoded, keys: readers.map((each) => wrapFor(each, key, bytes, crypto)), body }
}

function packed(
  head: SealHead,
  payload: Uint8Array,
  author: Author,
  entropy: Entropy,
  crypto: Crypto,
): Uint8Array {
  const salt = entropy.bytes(saltBytes)
  if (head.alg !== 'ES256') return packContent({ salt, signature: undefined, payload })
  const jws = signDetached(head, commitment(salt, payload, crypto), author.key, crypto)
  const signature = fromBase64Url(jws.slice(jws.lastIndexOf('.') + 1))
  return packContent({ salt, signature, payload })
}
