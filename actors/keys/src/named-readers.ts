import {
  groundOf,
  limits,
  parseTopic,
  sealedTopic,
  topicName,
  type Topic,
} from '@interlock/contract'
import type { JoinRefusal } from '@interlock/contract'
import { ok, refused, type Outcome } from '@interlock/kernel'
import { whyNotReader, type Admission, type Member } from '@interlock/seal'
import type { Journal } from '@interlock/store'

type Entry = { readonly topic: string; readonly thumbprint: string; readonly leaves?: true }

/** Who wants to be sealed to by name, on the topics that are sealed so; whether it may is asked each time. */
export function openNamedReaders(
  journal: Journal,
  memberOf: (thumbprint: string) => Member | undefined,
  admission: Admission,
) {
  const readers = new Map<string, Set<string>>()
  const apply = ({ topic, thumbprint, leaves }: Entry): void => {
    const held = readers.get(topic) ?? new Set()
    if (leaves === true) held.delete(thumbprint)
    else held.add(thumbprint)
    if (held.size > 0) readers.set(topic, held)
    else readers.delete(topic)
  }
  for (const entry of journal.entries() as readonly Entry[]) apply(entry)
  const write = (entry: Entry): void => {
    journal.append(entry)
    apply(entry)
    if (!journal.isLong) return
    const all = [...readers].flatMap(([topic, held]) =>
      [...held].map((thumbprint): Entry => ({ topic, thumbprint })),
    )
    journal.rewrite(all)
  }

  return {
    /** Whether a topic is sealed to readers by name. */
    isNamed: (topic: Topic): boolean => sealedTopic(topic.kind)?.protection === 'readers',
    join(topic: Topic, member: Member): Outcome<void, JoinRefusal> {
      const problem =
        groundOf(member.role, topic.kind) === undefined
          ? 'JoinForbidden'
          : whyNotReader(member, topic, admission)
      if (problem !== undefined) return refused(problem)
      const held = readers.get(topicName(topic))
      if (held?.has(member.thumbprint) === true) return ok(undefined)
      if ((held?.size ?? 0) >= limits.sealReadersMax) return refused('JoinFull')
      write({ topic: topicName(topic), thumbprint: member.thumbprint })
      return ok(undefined)
    },
    /** Whether it was one. */
    leave(topic: Topic, thumbprint: string): boolean {
      if (readers.get(topicName(topic))?.has(thumbprint) !== true) return false
      write({ topic: topicName(topic), thumbprint, leaves: true })
      return true
    },
    /** Thumbprints of those who may read it now. */
    of(topic: Topic): readonly string[] {
      return [...(readers.get(topicName(topic)) ?? [])].filter((thumbprint) => {
        const member = memberOf(thumbprint)
        return member !== undefined && whyNotReader(member, topic, admission) === undefined
      })
    },
    close: () => journal.close(),
  }
}
export type NamedReaderList = ReturnType<typeof openNamedReaders>
export const topicIn = (name: unknown): Topic | undefined =>
  typeof name === 'string' ? parseTopic(name) : undefined
