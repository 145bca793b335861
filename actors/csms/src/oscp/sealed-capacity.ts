import { sealedTopic, type Capacity as Allotment } from '@interlock/contract'
import { assert, type Instant } from '@interlock/kernel'
import { groupBlockMillis } from '@interlock/power'
import type { Journal } from '@interlock/store'

/** What one operator has said of one of its groups by topic, sealed. */
export type Said = Allotment & {
  /** When the operator sealed it, by its own clock. */
  readonly at: Instant
}

/** The latest of each group, on the disk before it counts. */
export type SealedCapacity = {
  /** Whether something else may be drawn than before: what is said again, or comes late, changes nothing. */
  take(group: string, said: Said): boolean
  /** What it says may be drawn then; `undefined` where it says nothing of that time. */
  wattsAt(group: string, when: Instant): number | undefined
  standing(group: string, now: Instant): TopicStanding
  close(): void
}

export type TopicStanding = {
  readonly saidAt: Instant | undefined
  /** Nothing has come for longer than the topic allows: for a board, since silence changes nothing at once. */
  readonly silent: boolean
}

type Entry = Said & { readonly group: string }

const { silenceMillis } = sealedTopic('capacity') ?? {}

/** @param startedAt before it nobody was listened for */
export function openSealedCapacity(journal: Journal, startedAt: Instant): SealedCapacity {
  assert(silenceMillis !== undefined, 'an operator must speak now and then')
  const silence = silenceMillis
  const held = new Map<string, Entry>()
  const isLater = ({ group, at }: Entry): boolean => at >= (held.get(group)?.at ?? 0)
  for (const entry of journal.entries() as readonly Entry[])
    if (isLater(entry)) held.set(entry.group, entry)

  return {
    take(group, said) {
      const entry: Entry = { ...said, group }
      if (!isLater(entry)) return false
      const before = held.get(group)
      journal.append(entry)
      held.set(group, entry)
      if (journal.isLong) journal.rewrite([...held.values()])
      return before === undefined || !isSame(before, entry)
    },
    wattsAt(group, when) {
      const said = held.get(group)
      return said?.watts[Math.floor((when - said.from) / groupBlockMillis)]
    },
    standing(group, now) {
      const saidAt = held.get(group)?.at
      return { saidAt, silent: now - (saidAt ?? startedAt) > silence }
    },
    close: () => journal.close(),
  }
}

const isSame = (one: Allotment, other: Allotment): boolean =>
  one.from === other.from && one.watts.join() === other.watts.join()
