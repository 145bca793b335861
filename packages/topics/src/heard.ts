import { topicName, type Topic } from '@interlock/contract'
import type { Journal } from '@interlock/store'
import type { Received } from './receive.ts'

/** What one author said on one topic, as it was opened. */
export type Said<Payload> = {
  readonly topic: string
  readonly author: string
  /** Of the author on that topic. */
  readonly sequence: number
  readonly payload: Payload
}

/** What a reader has taken. */
export type Heard<Payload> = {
  /** False when it is held already, or older than all that is held of its author there. */
  take(received: Pick<Received, 'topic' | 'head' | 'payload'>): boolean
  /** Of one topic, each author's in its order. */
  of(topic: Topic): readonly Said<Payload>[]
  /** Takes all that was said there off the disk: there is no ground any more to have it. */
  drop(topic: Topic): void
  close(): void
}

/**
 * Each message once, by author and sequence, on the disk before it counts: a reader that stops between
 * taking and noting how far it has come is brought the same again.
 * @param keptMax of one author on one topic; the oldest go
 */
export function openHeard<Payload>(journal: Journal, keptMax: number): Heard<Payload> {
  const held = new Map<string, Map<string, readonly Said<Payload>[]>>()
  const of = ({ topic, author }: Said<Payload>): readonly Said<Payload>[] =>
    held.get(topic)?.get(author) ?? []
  const apply = (said: Said<Payload>): void => {
    const all = [...of(said), said].toSorted((one, other) => one.sequence - other.sequence)
    const authors = held.get(said.topic) ?? new Map<string, readonly Said<Payload>[]>()
    held.set(said.topic, authors.set(said.author, all.slice(-keptMax)))
  }
  const isNew = (said: Said<Payload>): boolean => {
    const known = of(said)
    const isTooOld = known.length >= keptMax && said.sequence < (known[0]?.sequence ?? 0)
    return !isTooOld && known.every(({ sequence }) => sequence !== said.sequence)
  }
  for (const entry of journal.entries()) apply(entry as Said<Payload>)
  const rewrite = (without?: string): void => {
    const kept = [...held].filter(([topic]) => topic !== without)
    journal.rewrite(kept.flatMap(([, by]) => [...by.values()].flat()))
  }

  return {
    take({ topic, head, payload }) {
      const said: Said<Payload> = {
        topic: topicName(topic),
        author: head.author,
        sequence: head.seq,
        // It is of the topic's schema, or it would not have been opened.
        payload: payload as Payload,
      }
      if (!isNew(said)) return false
      journal.append(said)
      apply(said)
      if (journal.isLong) rewrite()
      return true
    },
    of: (topic) => [...(held.get(topicName(topic))?.values() ?? [])].flat(),
    drop(topic) {
      const name = topicName(topic)
      if (!held.has(name)) return
      rewrite(name)
      held.delete(name)
    },
    close: () => journal.close(),
  }
}
