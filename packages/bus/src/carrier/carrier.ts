import type { SealedMessage, Topic, TopicKind, TopicSelection } from '@interlock/contract'
import type { Branded } from '@interlock/kernel'

/** Where a message stands among all of its kind: they grow, and may leave some out; 0 is before the first. */
export type Position = Branded<number, 'Position'>
export const position = (value: number): Position => value as Position

export type Selection = TopicSelection

/** What was carried together may count as one. */
export type KeptTopic = { readonly topic: Topic; readonly messages: number }
export const topicsListedMax = 20_000

/** A sealed message as it is carried. */
export type Carried = {
  readonly topic: Topic
  readonly position: Position
  readonly message: SealedMessage
}

/**
 * Carries sealed messages, and keeps each for as long as its kind is kept (`retentionMillis`).
 * Messages of one topic are read in the order in which they were taken. It cannot read them, and
 * nobody needs to believe it: what it does wrong, the reader of the seal sees.
 */
export type Carrier = {
  /**
   * Resolves when the message is kept, with its position. A publisher that is not told publishes
   * again under the same id, and it is kept once.
   * @param id unique to the message, the author's choice: such as author and sequence
   * @throws Fault `CarrierClosed`, `CarrierFull`, `ShareExceeded` (try again later), `MessageTooLarge`, `NotCarried`
   */
  publish(topic: Topic, message: SealedMessage, id: string): Promise<Position>
  /**
   * Messages after `after`, those that are kept first and then those to come, one when the last has
   * been dealt with: a slow reader falls behind and holds nobody up. Ends with `signal` or the carrier.
   * @param mayRead whether the reader is given what is of a topic, asked as each message comes: what is not is passed over
   * before it is fetched or parsed, whatever carries it
   * @throws Fault `CarrierLost` when the carrier cannot go on
   */
  read(
    selection: Selection,
    after: Position,
    signal: AbortSignal,
    mayRead?: (topic: Topic) => boolean,
  ): AsyncIterable<Carried>
  /** The topics of a kind of which something is kept, with how much; `topicsListedMax` at most. */
  topics(kind: TopicKind): Promise<readonly KeptTopic[]>
  /** Of the last message of a kind, to read only what is to come. */
  last(kind: TopicKind): Promise<Position>
  close(): Promise<void>
}
