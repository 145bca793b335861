import { topicName, type HeadSpan, type SealedMessage, type Topic } from '@interlock/contract'
import type { Clock } from '@interlock/kernel'
import type { Journal } from '@interlock/store'

/** A message that is sealed and not yet kept by the middleware. */
export type Unsent = {
  readonly topic: Topic
  readonly sequence: number
  readonly message: SealedMessage
}

/** How far an author has come on each topic, and what of it is still to be sent. */
export type OutboxStore = {
  lastOf(topic: Topic): number
  readonly unsent: readonly Unsent[]
  /** Headers of what was sealed before this start, as far as it is kept. */
  headsBefore(): readonly string[]
  /** How far the author had come with each audience when the journal was last written anew. */
  spansBefore(): readonly HeadSpan[]
  /** Where to have that from, when it is. */
  keepSpans(spans: () => readonly HeadSpan[]): void
  /** Before anything is sent. */
  sealed(unsent: Unsent): void
  /** Everything of the topic up to that sequence needs no more sending. */
  settled(topic: Topic, sequence: number): void
  close(): void
}

/** For a process whose end ends its topics too: a lab. */
export function memoryOutbox(): OutboxStore {
  const last = new Map<string, number>()
  return {
    lastOf: (topic) => last.get(topicName(topic)) ?? 0,
    unsent: [],
    headsBefore: () => [],
    spansBefore: () => [],
    keepSpans: () => {},
    sealed: ({ topic, sequence }) => void last.set(topicName(topic), sequence),
    settled: () => {},
    close: () => {},
  }
}

type Entry =
  | ({ readonly does: 'sealed' } & Unsent)
  | { readonly does: 'settled'; readonly topic: Topic; readonly sequence: number }
  | { readonly does: 'stated'; readonly span: HeadSpan }

/**
 * A sequence is used once, and what was sealed is sent, whenever the process ends. Where nothing is known of a topic its
 * sequence begins above the milliseconds since 1970: should the journal be lost, above all that was ever said there, as
 * long as no author says a thousand things a second for good and its clock is not behind its first message. Nobody has to be asked, so
 * nobody can answer wrongly; readers find one gap.
 */
export function journalOutbox(journal: Journal, clock: Pick<Clock, 'now'>): OutboxStore {
  const last = new Map<string, number>()
  const unsent = new Map<string, Unsent[]>()
  let spans = (): readonly HeadSpan[] => spansBefore
  const spansBefore: HeadSpan[] = []
  const apply = (entry: Entry): void => {
    if (entry.does === 'stated') return void spansBefore.push(entry.span)
    const name = topicName(entry.topic)
    last.set(name, Math.max(last.get(name) ?? 0, entry.sequence))
    const waiting = unsent.get(name) ?? []
    if (entry.does === 'sealed') waiting.push(entry)
    const left = waiting.filter(
      ({ sequence }) => entry.does === 'sealed' || sequence > entry.sequence,
    )
    if (left.length > 0) unsent.set(name, left)
    else unsent.delete(name)
    topics.set(name, entry.topic)
  }
  const topics = new Map<string, Topic>()
  for (const entry of journal.entries() as readonly Entry[]) apply(entry)
  const write = (entry: Entry): void => {
    journal.append(entry)
    apply(entry)
    if (!journal.isLong) return
    const kept = [...topics].flatMap(([name, topic]): Entry[] => {
      const waiting = unsent.get(name) ?? []
      const sequence = (waiting[0]?.sequence ?? (last.get(name) ?? 0) + 1) - 1
      const rest = waiting.map((each): Entry => ({ ...each, does: 'sealed' }))
      return [{ does: 'settled', topic, sequence }, ...rest]
    })
    const stated = spans().map((span): Entry => ({ does: 'stated', span }))
    journal.rewrite([...kept, ...stated])
  }
  return {
    lastOf: (topic) => last.get(topicName(topic)) ?? clock.now(),
    get unsent() {
      return [...unsent.values()].flat()
    },
    headsBefore: () =>
      (journal.entries() as readonly Entry[]).flatMap((entry) =>
        entry.does === 'sealed' ? [entry.message.head] : [],
      ),
    spansBefore: () => spansBefore,
    keepSpans: (from) => void (spans = from),
    sealed: ({ topic, sequence, message }) => write({ does: 'sealed', topic, sequence, message }),
    settled: (topic, sequence) => write({ does: 'settled', topic, sequence }),
    close: () => journal.close(),
  }
}
