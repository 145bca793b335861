import { createPrivateKey } from 'node:crypto'
import {
  nodeCrypto as crypto,
  systemClock,
  systemEntropy as entropy,
  type NodeCrypto,
} from '@interlock/host'
import { sealedTopic, type SealedMessage, type Topic, type TopicKind } from '@interlock/contract'
import {
  assert,
  euiFromBytes,
  fromBase64Url,
  inHours,
  plus,
  toBase64Url,
  u64,
  utf8,
  type Role,
} from '@interlock/kernel'
import { openSealed, sealData, type Audience } from '@interlock/seal'
import { bareSign, bareVerify, publicHandle } from './bare-calls.ts'
import { bareDecrypt, bareEncrypt, bareUnwrap, bareWrap } from './bare-seal.ts'

/** Messages of one topic as its author seals them and a reader opens them, and the calls beneath. */
export type SealedData = {
  readonly topic: Topic
  readonly seal: () => SealedMessage
  /** @throws when it cannot be opened */
  readonly open: (message: SealedMessage) => void
  /** The cryptography inside both, of as many bytes. */
  readonly bare: () => void
}

/** What a feeder's chargers draw together: under the key of the epoch alone. */
export const loadMessages = (): SealedData =>
  sealedData('load', 'csms', { at: systemClock.now(), watts: 7_400, chargers: 12 })

/** What a feeder can carry on one day: under the key of the epoch, and signed. */
export function capacityMessages(): SealedData {
  const watts = Array.from({ length: 96 }, (_, block) => 100_000 + 250 * block)
  return sealedData('capacity', 'dso', { from: systemClock.now(), watts })
}

/** A meter's record: signed, and for two readers by name. */
export const readingMessages = (): SealedData =>
  sealedData('reading', 'station', { transaction: 'bench', record: `OCMF|${'x'.repeat(800)}` })

type Key = ReturnType<NodeCrypto['generateKey']>
const epoch = { epoch: 1, key: entropy.bytes(32) }
const tagBytes = 16

function sealedData(kind: TopicKind, role: Role, payload: unknown): SealedData {
  const protection = sealedTopic(kind)?.protection
  const own = crypto.generateKey()
  const readers = protection === 'readers' ? [crypto.generateKey(), crypto.generateKey()] : []
  const [reader = own] = readers
  const author = { eui: euiFromBytes(u64(1n)), role, ...certified(own) }
  const known = { eui: author.eui, role, publicKey: own.key.publicKey }
  const opener = { ...certified(reader), epochKey: () => epoch, authorOf: () => known }
  const audience: Audience = readers.length > 0 ? { readers: readers.map(certified) } : { epoch }
  const topic = { region: 'bench', feeder: 'one', kind, id: 'one' }
  const now = systemClock.now()
  let sequence = 0
  const seal = (): SealedMessage => {
    const data = { topic, payload, sequence: ++sequence, at: now, expiresAt: plus(now, inHours(1)) }
    return sealData(data, author, audience, { crypto, entropy })
  }
  const sample = seal()
  return {
    topic,
    seal,
    open: (message) => assert(openSealed(message, topic, opener, now, crypto).ok, 'it opens'),
    bare: bareCalls(sample, protection === 'groupMac' ? undefined : own, readers),
  }
}

const certified = ({ key }: Key) => ({
  key,
  publicKey: key.publicKey,
  thumbprint: toBase64Url(crypto.sha256(key.publicKey.spki)),
})

/** Signs and verifies if there is a `signer`, encrypts for all of `readers`, and decrypts as one. */
function bareCalls(
  sample: SealedMessage,
  signer: Key | undefined,
  readers: readonly Key[],
): () => void {
  const head = utf8(sample.head)
  const body = fromBase64Url(sample.body)
  assert(body !== undefined, 'a body is base64url')
  const content = body.subarray(tagBytes)
  const signed = utf8(`${sample.head}.${toBase64Url(crypto.sha256(content))}`)
  const own = signer && {
    privateKey: createPrivateKey(signer.pem),
    publicKey: publicHandle(signer.key.publicKey),
  }
  const handles = readers.map(({ key }) => publicHandle(key.publicKey))
  const [first] = readers
  const opening = first && createPrivateKey(first.pem)
  const contentKey = entropy.bytes(32)
  return () => {
    if (own !== undefined) bareVerify(own.publicKey, signed, bareSign(own.privateKey, signed))
    const [wrapped] = handles.map((each) => bareWrap(each, contentKey, head))
    const sealed = bareEncrypt(contentKey, head, content)
    if (opening !== undefined && wrapped !== undefined) bareUnwrap(opening, wrapped, head)
    bareDecrypt(contentKey, head, sealed)
  }
}
