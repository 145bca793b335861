import { nodeCrypto as crypto, systemClock, systemEntropy as entropy } from '@interlock/host'
import { sealedTopic, topicName, type SealedMessage, type Topic } from '@interlock/contract'
import {
  assert,
  concat,
  euiFromBytes,
  fromBase64Url,
  inHours,
  plus,
  toBase64Url,
  u64,
  utf8,
  type PrivateKey,
} from '@interlock/kernel'
import { openSealed, sealData, type Audience, type EpochKey } from '@interlock/seal'
import { bareData, type BareData } from './bare-data.ts'

/** Messages of one kind as their author seals them and a reader opens them, and the calls beneath. */
export type SealedData = {
  /** The next message of a topic of this kind. */
  readonly seal: (topic: Topic) => SealedMessage
  /** @throws when it cannot be opened */
  readonly open: (message: SealedMessage, topic: Topic) => void
  /** The cryptography inside both, of as many bytes. */
  readonly bare: BareData
}

/** Who takes part, in a form that passes from one process to another. */
export type Secrets = {
  readonly authorPem: string
  readonly readerPems: readonly string[]
  readonly epochKey: string
}

export const makeSecrets = (): Secrets => ({
  authorPem: crypto.generateKey().pem,
  readerPems: [crypto.generateKey().pem, crypto.generateKey().pem],
  epochKey: toBase64Url(entropy.bytes(32)),
})

/** What is sealed in this bench. */
const said = {
  /** What a feeder's chargers draw together: under the key of the epoch alone. */
  load: { role: 'csms', payload: { at: systemClock.now(), watts: 7_400, chargers: 12 } },
  /** What a feeder can carry on one day: under the key of the epoch, and signed. */
  capacity: {
    role: 'dso',
    payload: {
      from: systemClock.now(),
      watts: Array.from({ length: 96 }, (_, block) => 100_000 + 250 * block),
    },
  },
  /** A meter's record: signed, and for two readers by name. */
  reading: {
    role: 'station',
    payload: { transaction: 'bench', record: `OCMF|${'x'.repeat(800)}` },
  },
} as const

export type SaidKind = keyof typeof said

export const topicOf = (kind: SaidKind, place = 0): Topic => ({
  region: 'bench',
  feeder: 'one',
  kind,
  id: `t${place}`,
})

export function sealedData(kind: SaidKind, secrets: Secrets): SealedData {
  const { role, payload } = said[kind]
  const protection = sealedTopic(kind)?.protection
  const own = crypto.privateKey(secrets.authorPem)
  const pems = protection === 'readers' ? secrets.readerPems : []
  const readers = pems.map((pem) => crypto.privateKey(pem))
  const [reader = own] = readers
  const author = { eui: euiFromBytes(u64(1n)), role, ...certified(own) }
  const known = { eui: author.eui, role, publicKey: own.publicKey }
  const epochOf = epochsOf(secrets)
  const opener = { ...certified(reader), epochKey: epochOf, authorOf: () => known }
  const named = readers.map(certified)
  const audienceOf = (topic: Topic): Audience =>
    named.length > 0 ? { readers: named } : { epoch: epochOf(topic) }
  const now = systemClock.now()
  const expiresAt = plus(now, inHours(1))
  let sequence = 0
  const seal = (topic: Topic): SealedMessage => {
    const data = { topic, payload, sequence: ++sequence, at: now, expiresAt }
    return sealData(data, author, audienceOf(topic), { crypto, entropy })
  }
  const signerPem = protection === 'groupMac' ? undefined : secrets.authorPem
  return {
    seal,
    open: (message, topic) =>
      assert(openSealed(message, topic, opener, now, crypto).ok, 'it opens'),
    bare: bareData(seal(topicOf(kind)), signerPem, pems),
  }
}

/** Each group has a key of its own. */
function epochsOf({ epochKey }: Secrets): (topic: Topic) => EpochKey {
  const secret = fromBase64Url(epochKey)
  assert(secret !== undefined, 'a key is base64url')
  const known = new Map<string, EpochKey>()
  return (topic) => {
    const name = topicName(topic)
    const made = known.get(name) ?? { epoch: 1, key: crypto.sha256(concat(secret, utf8(name))) }
    known.set(name, made)
    return made
  }
}

const certified = (key: PrivateKey) => ({
  key,
  publicKey: key.publicKey,
  thumbprint: toBase64Url(crypto.sha256(key.publicKey.spki)),
})
