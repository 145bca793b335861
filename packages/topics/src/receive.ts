import type { Carried, Position } from '@interlock/bus'
import { isGroup, topicName, type SealRefusal, type Topic } from '@interlock/contract'
import { Fault, instant, type Crypto, type Instant } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import {
  follow,
  followFrom,
  openSealed,
  readHead,
  type Followed,
  type Opened,
} from '@interlock/seal'
import type { PrivateKey } from '@interlock/kernel'
import type { Directory } from './directory.ts'
import type { Keyrings } from './keyrings.ts'
import type { leaseAsker } from './leases.ts'
import type { Progress } from './progress.ts'

/** What a reader finds wrong with what it was brought, by name; whoever carries is the first suspect. */
export type Finding = {
  /** `ReaderFailed`: what deals with it has a mistake of its own; nobody else is to blame. */
  readonly reason: SealRefusal | 'ReaderFailed'
  readonly topic: Topic
  readonly position?: Position
  /** The author that the header names, proven or not. */
  readonly author?: string
  readonly detail?: string
}

/** An authentic message, the next of its author or one that came late. */
export type Received = Opened & { readonly position: Position; readonly author: Peer }

export type Receiver = {
  readonly thumbprint: string
  readonly key: PrivateKey
  readonly directory: Directory
  readonly keyrings: Keyrings
  /** Asks the key server about an epoch, where nothing that has come says enough of it. */
  readonly askLease: ReturnType<typeof leaseAsker>
  readonly clock: { now(): Instant }
  readonly crypto: Crypto
}

export type Rules = {
  /** What is dealt with at all; the rest is passed over without a word. */
  readonly wants?: (topic: Topic) => boolean
  /** From when on a topic is wanted, where it was not all the time: what was passed over is not missed. */
  readonly since?: (topic: Topic) => number
  /** Whom this reader hears there; the topic table is asked besides. */
  readonly hears?: (author: Peer, topic: Topic) => boolean
  /**
   * `start`: authors begin with their first message, so that what is withheld of their beginning is a
   * gap. `first`: with whatever comes first, for whoever joins in between; what comes later of before is out of order.
   */
  readonly begins: 'start' | 'first'
  /** What is nothing to be told of there: keys are sealed to members alone, so others see gaps. */
  readonly ignores?: readonly SealRefusal[]
}

/**
 * Opens what was carried and places it in its author's sequence.
 * @returns the message and how far it brings its author, or `undefined` for what is not taken
 * @throws Fault when it cannot be judged yet: the key server does not answer, or the key is still to come
 */
export async function receive(
  { topic, message, position }: Carried,
  receiver: Receiver,
  progress: Pick<Progress, 'of'>,
  rules: Rules,
  onFinding: (finding: Finding) => void,
): Promise<{ received: Received; name: string; followed: Followed } | undefined> {
  if (rules.wants?.(topic) === false) return undefined
  const { directory, keyrings, clock, crypto, thumbprint, key } = receiver
  const read = readHead(message.head)
  const found = (reason: SealRefusal, detail?: string): undefined => {
    if (rules.ignores?.includes(reason) === true) return undefined
    const author = read.ok ? { author: read.value.head.author } : {}
    onFinding({ reason, topic, position, ...author, ...(detail !== undefined && { detail }) })
    return undefined
  }
  if (!read.ok) return found(read.reason, read.detail)
  const { head } = read.value
  const author = await directory.learn(head['x5t#S256'])
  const isHeard = author !== undefined && (rules.hears?.(author, topic) ?? true)
  if (author !== undefined && !isHeard) return found('SealForbidden', author.organisation)
  // Else anybody would make a reader of all wait for a key that nobody has.
  const isUnbegun = await receiver.askLease(topic, head.epoch ?? 0, instant(head.iat))
  const opened = openSealed(
    message,
    topic,
    {
      thumbprint,
      key,
      epochKey: (of, epoch, at) => keyrings.opening(of, epoch, at),
      authorOf: (of) => directory.peerOf(of),
    },
    clock.now(),
    crypto,
  )
  if (!opened.ok) {
    const isAwaited = isGroup(read.value.row.protection) && keyrings.awaits(topic, head.epoch ?? 0)
    const mayCome = isAwaited && !isUnbegun
    if (opened.reason === 'SealEpochUnknown' && mayCome)
      throw new Fault('SealEpochUnknown', `${topicName(topic)}: no key yet of epoch ${head.epoch}`)
    return found(opened.reason, opened.detail)
  }
  if (author === undefined) return found('SealAuthor')
  const name = `${topicName(topic)} ${head.author}`
  const start = rules.begins === 'start' ? 0 : head.seq - 1
  const before = progress.of(name) ?? followFrom(start, instant(head.iat))
  const step = follow(before, head)
  if (!step.ok) return found(step.reason, step.detail)
  const { finding, followed } = step.value
  if (finding !== undefined) {
    const detail =
      'missing' in finding ? `${finding.missing.from} to ${finding.missing.to}` : `${head.seq}`
    found(finding.reason, detail)
  }
  return { received: { ...opened.value, position, author }, name, followed }
}
