import { nodeCrypto as crypto, systemEntropy as entropy } from '@interlock/host'
import type { SealRefusal, SealedMessage, Topic, TopicKind } from '@interlock/contract'
import {
  eui64,
  fromBase64Url,
  instant,
  toBase64Url,
  type Instant,
  type Outcome,
  type Role,
} from '@interlock/kernel'
import type { Author, DataToSeal, EpochKey, KnownAuthor } from './head.ts'
import { openSealed, type Opened, type Opener } from './open.ts'
import { sealData, type Audience } from './seal.ts'

export const tools = { crypto, entropy }
export const at = (seconds: number): Instant => instant(1_800_000_000_000 + seconds * 1000)

let euis = 0
/** Somebody with a certificate; the thumbprint stands for it. */
export function party(role: Role): Author {
  const key = crypto.ephemeralKey()
  const thumbprint = toBase64Url(crypto.sha256(key.publicKey.spki))
  const eui = eui64(`02-00-00-00-00-02-00-${(++euis).toString(16).padStart(2, '0')}`)
  return { eui, role, thumbprint, key }
}

export const station = party('station')
export const csms = party('csms')
export const otherCsms = party('csms')
export const dso = party('dso')
export const emsp = party('emsp')
export const keyserver = party('keyserver')
const everyone = [station, csms, otherCsms, dso, emsp, keyserver]

export const authorOf = (thumbprint: string): KnownAuthor | undefined => {
  const found = everyone.find((each) => each.thumbprint === thumbprint)
  return found && { eui: found.eui, role: found.role, publicKey: found.key.publicKey }
}
export const readerOf = ({ thumbprint, key }: Author) => ({ thumbprint, publicKey: key.publicKey })

export const topicOf = (kind: TopicKind, id = 'one'): Topic => ({
  region: 'eastern',
  feeder: 'feeder-1',
  kind,
  id,
})

export const epochs: readonly EpochKey[] = [1, 2].map((epoch) => ({
  epoch,
  key: entropy.bytes(32),
}))
export const epoch = (of: number): EpochKey =>
  epochs[of - 1] ?? { epoch: of, key: new Uint8Array(32) }

export const openerOf = ({ thumbprint, key }: Author, change: Partial<Opener> = {}): Opener => ({
  thumbprint,
  key,
  epochKey: (_topic, of) => epochs.find((each) => each.epoch === of),
  authorOf,
  ...change,
})

/** One message of each protection, who wrote it, for whom, and who opens it. */
export type Sample = {
  readonly author: Author
  readonly data: DataToSeal
  readonly audience: Audience
  readonly reader: Author
}
const sample = (
  kind: TopicKind,
  payload: unknown,
  author: Author,
  reader: Author,
  audience: Audience,
): Sample => {
  const data = { topic: topicOf(kind), payload, sequence: 1, at: at(0), expiresAt: at(60) }
  return { author, data, audience, reader }
}
export const samples = {
  readers: sample('reading', { transaction: 't1', record: 'OCMF|{}|{}' }, station, emsp, {
    readers: [readerOf(dso), readerOf(emsp)],
  }),
  groupSigned: sample('capacity', { from: at(0), watts: [1_000, 2_000] }, dso, csms, {
    epoch: epoch(1),
  }),
  groupMac: sample('load', { at: at(0), watts: 7_400, chargers: 12 }, csms, dso, {
    epoch: epoch(1),
  }),
  signed: sample('lease', { epoch: 1, until: at(60) }, keyserver, csms, 'everyone'),
} as const satisfies Record<string, Sample>

export const sealed = ({ data, author, audience }: Sample): SealedMessage =>
  sealData(data, author, audience, tools)

export const opened = (
  message: unknown,
  { data, reader }: Sample,
  change: { now?: Instant; topic?: Topic; opener?: Opener } = {},
): Outcome<Opened, SealRefusal> => {
  const { topic = data.topic, opener = openerOf(reader), now = at(1) } = change
  return openSealed(message, topic, opener, now, crypto)
}

/** Every message that differs from this one in one bit of one byte of what its texts stand for. */
export function* tampered(message: SealedMessage): Generator<[string, SealedMessage]> {
  const flips = (text: string): string[] => {
    const bytes = fromBase64Url(text) ?? new Uint8Array()
    return Array.from(bytes, (byte, i) => toBase64Url(bytes.with(i, byte ^ (1 << (i % 8)))))
  }
  for (const [i, head] of flips(message.head).entries()) yield [`head ${i}`, { ...message, head }]
  for (const [i, body] of flips(message.body).entries()) yield [`body ${i}`, { ...message, body }]
  for (const [at_, key] of (message.keys ?? []).entries())
    for (const [i, changed] of flips(key).entries())
      yield [`key ${at_} ${i}`, { ...message, keys: message.keys?.with(at_, changed) ?? [] }]
}
