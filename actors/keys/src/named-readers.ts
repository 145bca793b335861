import {
  groundOf,
  limits,
  parseTopic,
  sealedTopic,
  topicName,
  type Topic,
} from '@interlock/contract'
import type { JoinRefusal } from '@interlock/contract'
import { ok, refused, type Clock, type Outcome } from '@interlock/kernel'
import { paceJoin, whyNotReader, type Admission, type JoinPace, type Member } from '@interlock/seal'
import type { Journal } from '@interlock/store'

type Entry = { readonly topic: string; readonly thumbprint: string; readonly leaves?: true }

/** Topics that somebody left not long ago: whoever comes back there is paced. */
const leftMax = 10_000

/** Who wants to be sealed to by name, on the topics that are sealed so; whether it may is asked each time. */
export function openNamedReaders(
  journal: Journal,
  memberOf: (thumbprint: string) => Member | undefined,
  admission: Admission,
  clock: Pick<Clock, 'now'>,
) {
  const readers = new Map<string, Set<string>>()
  const left = new Map<string, JoinPace>()
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
    /** False where it is one already. */
    join(topic: Topic, member: Member): Outcome<boolean, JoinRefusal> {
      const problem =
        groundOf(member.role, topic.kind) === undefined
          ? 'JoinForbidden'
          : whyNotReader(member, topic, admission)
      if (problem !== undefined) return refused(problem)
      const name = topicName(topic)
      const held = readers.get(name)
      if (held?.has(member.thumbprint) === true) return ok(false)
      if ((held?.size ?? 0) >= limits.sealReadersMax) return refused('JoinFull')
      const before = left.get(name)
      const pace = before && paceJoin(before, member.organisation, clock.now())
      if (before !== undefined && pace === undefined) return refused('JoinTooOften')
      write({ topic: name, thumbprint: member.thumbprint })
      if (pace !== undefined) left.set(name, pace)
      return ok(true)
    },
    /** Whether it was one. */
    leave(topic: Topic, thumbprint: string): boolean {
      if (readers.get(topicName(topic))?.has(thumbprint) !== true) return false
      const name = topicName(topic)
      write({ topic: name, thumbprint, leaves: true })
      const [oldest] = left.keys()
      if (left.size >= leftMax && oldest !== undefined && !left.has(name)) left.delete(oldest)
      left.set(name, left.get(name) ?? {})
      return true
    },
    /** The topics that one is to be sealed to on. */
    topicsOf: (thumbprint: string): readonly Topic[] =>
      [...readers].flatMap(([name, held]) =>
        held.has(thumbprint) ? (parseTopic(name) ?? []) : [],
      ),
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
