import type { Position } from '@interlock/bus'
import { sealedTopic, type TopicKind } from '@interlock/contract'
import type { Instant } from '@interlock/kernel'

/** What was kept is counted by parts of its kind's time; a part goes when the last of it is forgotten. */
const parts = 24

type Held = { readonly counts: Map<number, number>; last: number }
/** What is kept for one organisation of one kind, by parts of its time, as it is written down. */
type Entry = {
  readonly name: string
  readonly last: number
  readonly counts: readonly (readonly [part: number, count: number])[]
}

/** A message that has its place in a share, until it is known what became of it. */
export type Place = {
  /** Kept there; one that was sent again, and kept before, takes no second place. */
  kept(at: Position): void
  notKept(): void
}

/**
 * How much of a kind is kept for each organisation, in messages, whatever carries them: whoever publishes more than its
 * share waits until its own is forgotten, and nobody else does. What is kept outlives this process, and so does the count.
 * @param kept what `changed` gave before
 */
export function createShares(shareMax: number, kept: readonly unknown[] = []) {
  const all = new Map<string, Held>()
  for (const { name, last, counts } of kept as readonly Entry[])
    all.set(name, { last, counts: new Map(counts) })
  let isChanged = false
  return {
    /** What to write down, where that has changed since it was `written`. */
    changed(): readonly Entry[] | undefined {
      if (!isChanged) return undefined
      return [...all].map(([name, { last, counts }]) => ({ name, last, counts: [...counts] }))
    },
    written: (): void => void (isChanged = false),
    /** @returns `undefined` when the organisation has its share */
    take(organisation: string, kind: TopicKind, now: Instant): Place | undefined {
      const retention = sealedTopic(kind)?.retentionMillis ?? 0
      const partMillis = Math.max(1, Math.ceil(retention / parts))
      const name = `${organisation} ${kind}`
      const held = all.get(name) ?? { counts: new Map<number, number>(), last: 0 }
      const part = Math.floor(now / partMillis)
      for (const each of held.counts.keys())
        if ((each + 1) * partMillis + retention <= now) held.counts.delete(each)
      const count = [...held.counts.values()].reduce((sum, each) => sum + each, 0)
      if (count >= shareMax) return undefined
      const add = (more: number): void => {
        held.counts.set(part, Math.max(0, (held.counts.get(part) ?? 0) + more))
        isChanged = true
      }
      all.set(name, held)
      add(1)
      return {
        kept(at) {
          if (at <= held.last) add(-1)
          held.last = Math.max(held.last, at)
        },
        notKept: () => add(-1),
      }
    },
  }
}
