import {
  headSilentMillis,
  limits,
  parseTopic,
  sealedTopic,
  type HeadToldOf,
  type Topic,
} from '@interlock/contract'
import { instant, type Eui64, type Instant } from '@interlock/kernel'
import type { Finding } from './receive.ts'
import type { Reading } from './reading.ts'

/** What a reader knows that an author has signed on one topic. */
type Standing = {
  readonly topic: Topic
  readonly author: Eui64
  /** Of the newest statement. */
  readonly at: number
  readonly last: number
  readonly lastAt: number
  readonly looks: number
  readonly isTold: boolean
}

/**
 * How old the newest word is that each author has signed of itself. A key server that keeps back how far an author has
 * come, or shows an old head of it, cannot make a newer one: so the author is found silent.
 */
export type Standings = {
  /** @returns a finding where an author signs that it has come less far than before */
  told(of: { readonly topic: Topic; readonly author: Eui64 }, head: HeadToldOf): Finding | undefined
  /** Looks once; who is silent after `headLooksMax` is found, once until it is there again. */
  look(now: Instant): readonly Finding[]
}

const standingsMax = 100_000

/**
 * @param reading whose authors are followed; what it was brought before this start counts from `knownFrom` on: before,
 * authors may have said it to another certificate of its holder
 */
export function createStandings(
  { progress, since = () => 0, wants = () => true }: Pick<Reading, 'progress' | 'since' | 'wants'>,
  {
    openedAt,
    knownFrom,
    isToldSilent,
  }: {
    readonly openedAt: Instant
    readonly knownFrom: Instant
    /** Of whom the key server itself says so. */
    readonly isToldSilent: (author: Eui64) => boolean
  },
): Standings {
  const standings = new Map<string, Standing>()

  /** Authors that were heard, though nobody has told how far they have come. */
  function addHeard(): void {
    for (const [name, { last, saidAt }] of progress.all) {
      if (standings.has(name) || standings.size >= standingsMax) continue
      if (saidAt <= Math.min(openedAt, knownFrom)) continue
      const [topicText = '', author = ''] = name.split(' ')
      const topic = parseTopic(topicText)
      if (topic === undefined) continue
      const of = { topic, author: author as Eui64 }
      standings.set(name, { ...of, at: openedAt, last, lastAt: saidAt, looks: 0, isTold: false })
    }
  }
  /** Whether anything is missed of it: it has expired, or was never wanted. */
  function isOver(name: string, { topic, lastAt }: Standing, now: Instant): boolean {
    const latest = Math.max(lastAt, progress.of(name)?.saidAt ?? 0)
    const kept = sealedTopic(topic.kind)?.retentionMillis ?? 0
    return latest + kept <= now || latest <= since(topic) || !wants(topic)
  }

  return {
    told({ topic, author }, head) {
      const name = `${head.topic} ${author}`
      const known = standings.get(name)
      if (known === undefined && standings.size >= standingsMax) return undefined
      const { at, last, lastAt } = head
      standings.set(name, {
        topic,
        author,
        at: Math.max(at, known?.at ?? 0),
        last: Math.max(last, known?.last ?? 0),
        lastAt: Math.max(lastAt, known?.lastAt ?? 0),
        looks: known?.looks ?? 0,
        isTold: known?.isTold ?? false,
      })
      return known !== undefined && at > known.at && last < known.last
        ? { reason: 'SealHeadBack', topic, author, detail: `${last} after ${known.last}` }
        : undefined
    },
    look(now) {
      addHeard()
      const found = new Map<Eui64, { readonly topic: Topic; readonly at: number; count: number }>()
      for (const [name, standing] of standings) {
        const { topic, author, at, isTold } = standing
        if (isOver(name, standing, now)) {
          standings.delete(name)
          continue
        }
        const isOld = now - Math.max(at, openedAt) >= headSilentMillis(topic.kind)
        const looks = isOld ? standing.looks + 1 : 0
        const isFound = looks > limits.headLooksMax && !isTold
        standings.set(name, { ...standing, looks, isTold: isOld && (isTold || isFound) })
        if (!isFound || isToldSilent(author)) continue
        const same = found.get(author)
        if (same === undefined) found.set(author, { topic, at, count: 1 })
        else same.count++
      }
      return [...found].map(([author, { topic, at, count }]): Finding => {
        const detail = `signs nothing since ${instant(at)}, on ${count} topics`
        return { reason: 'SealSilent', topic, author, detail }
      })
    },
  }
}
