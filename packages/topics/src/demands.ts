import {
  limits,
  parseTopic,
  sealedTopic,
  topicName,
  type HeadToldOf,
  type Topic,
} from '@interlock/contract'
import type { Instant } from '@interlock/kernel'
import type { Followed } from '@interlock/seal'
import type { Finding } from './receive.ts'
import type { Progress } from './progress.ts'

/** What a reader was told that an author has said, and is still to be brought. */
type Demand = {
  readonly topic: Topic
  readonly author: string
  /** What is looked for, and what the author has come to since. */
  readonly head: HeadToldOf
  readonly latest: HeadToldOf
  readonly looks: number
  readonly isTold: boolean
}

/** What one reading misses of what authors say that they have said. */
export type Demands = {
  told(author: string, head: HeadToldOf): void
  /** Looks once; what is still not there after `headLooksMax` is found, once. */
  look(now: Instant): readonly Finding[]
}

const demandsMax = 20_000

/** @param since from when on what is said of a topic is wanted, where it was not at all times */
export function createDemands(
  progress: Pick<Progress, 'of'>,
  since: (topic: Topic) => number = () => 0,
): Demands {
  const demands = new Map<string, Demand>()

  function told(author: string, head: HeadToldOf): void {
    const topic = parseTopic(head.topic)
    if (topic === undefined) return
    const name = `${topicName(topic)} ${author}`
    const held = demands.get(name)
    if (held !== undefined) demands.set(name, { ...held, latest: head })
    else if (lackingOf(head, progress.of(name)) !== undefined && demands.size < demandsMax)
      demands.set(name, { topic, author, head, latest: head, looks: 0, isTold: false })
  }

  return {
    told,
    look(now) {
      return [...demands].flatMap(([name, demand]): readonly Finding[] => {
        const { topic, author, head, latest } = demand
        const lacking = lackingOf(head, progress.of(name))
        if (lacking === undefined) {
          demands.delete(name)
          told(author, latest)
          return []
        }
        const kept = sealedTopic(topic.kind)?.retentionMillis ?? 0
        // What has expired is not brought, nor what was passed over before it was wanted.
        if (lacking.at + kept <= now || lacking.at <= since(topic)) {
          demands.delete(name)
          return []
        }
        const looks = demand.looks + 1
        const isFound = looks > limits.headLooksMax && !demand.isTold
        demands.set(name, { ...demand, looks, isTold: demand.isTold || isFound })
        if (!isFound) return []
        const detail = `${lacking.from} to ${lacking.to}`
        return [{ reason: 'SealWithheld', topic, author, detail }]
      })
    },
  }
}

/** What of a head a reader was never brought: at the end, or before the first that it was brought. What lacks in between is a gap. */
function lackingOf(
  { first, firstAt, last, lastAt }: HeadToldOf,
  followed: Followed | undefined,
): { readonly from: number; readonly to: number; readonly at: number } | undefined {
  if (followed === undefined) return { from: first, to: last, at: lastAt }
  if (last > followed.last)
    return { from: Math.max(first, followed.last + 1), to: last, at: lastAt }
  const { began = 0, missing } = followed
  const isMissing = missing.some(({ from, to }) => from <= first && first <= to)
  return first < began && isMissing ? { from: first, to: began - 1, at: firstAt } : undefined
}
