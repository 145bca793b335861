import {
  isGroup,
  limits,
  sealedTopic,
  topicName,
  type SaidHead,
  type Topic,
} from '@interlock/contract'
import { instant, type Instant } from '@interlock/kernel'
import { readHead, wider } from '@interlock/seal'
import type { KeyClient } from './key-client.ts'

/** Who can open what has such a header. */
export type StatedAudience = {
  readonly epoch?: number | undefined
  readonly readers?: readonly string[] | undefined
}

/**
 * How far an author has come, for the key server to tell readers: what the middleware withholds of it, they miss by
 * that. It names what was sealed, whether the middleware has taken it or not.
 */
export type Stating = {
  said(topic: Topic, sequence: number, at: Instant, audience: StatedAudience): void
  /** States what is new, and where `isAuthor` that the author is there. @throws Fault when the key server is away */
  state(isAuthor: boolean): Promise<void>
}

/** @param before headers of what was sealed before this start, as far as they are kept */
export function createStating(
  keys: Pick<KeyClient, 'stateHeads'>,
  before: readonly string[],
): Stating {
  const heads = new Map<string, SaidHead>()
  const unstated = new Set<string>()
  /** The epoch of each group topic that was last said something under. */
  const newest = new Map<string, string>()
  let run: string | undefined
  const nameOf = ({ topic, to }: Pick<SaidHead, 'topic' | 'to'>): string => `${topic} ${to}`

  function said(topic: Topic, sequence: number, at: Instant, audience: StatedAudience): void {
    const name = topicName(topic)
    const to = namesOf(audience)
    for (const each of to) {
      const key = nameOf({ topic: name, to: each })
      const span = { first: sequence, firstAt: at, last: sequence, lastAt: at }
      const known = heads.get(key)
      if (known === undefined && heads.size >= limits.headsPerAuthorMax) forgetOldest()
      heads.delete(key)
      heads.set(key, {
        topic: name,
        to: each,
        ...(known === undefined ? span : wider(known, span)),
      })
      unstated.add(key)
    }
    const [epoch = ''] = to
    if (!isGroup(sealedTopic(topic.kind)?.protection ?? 'signed')) return
    const last = newest.get(name)
    newest.set(name, epoch)
    if (last !== undefined && last !== epoch) forgetPast({ topic: name, to: last })
  }
  /** What was said under an epoch that is over is stated once. */
  function forgetPast(head: Pick<SaidHead, 'topic' | 'to'>): void {
    const isPast = newest.has(head.topic) && newest.get(head.topic) !== head.to
    if (isPast && !unstated.has(nameOf(head))) heads.delete(nameOf(head))
  }
  function forgetOldest(): void {
    const [oldest] = heads.keys()
    if (oldest === undefined) return
    heads.delete(oldest)
    unstated.delete(oldest)
  }
  for (const each of before) {
    const read = readHead(each)
    if (!read.ok) continue
    const { head, topic } = read.value
    said(topic, head.seq, instant(head.iat), head)
  }

  return {
    said,
    async state(isAuthor) {
      if (unstated.size === 0 && !isAuthor) return
      do {
        const page = [...unstated].slice(0, limits.headsPerRequestMax)
        const stated = page.flatMap((key) => heads.get(key) ?? [])
        const answer = await keys.stateHeads(stated)
        if (!answer.ok) return
        if (run !== undefined && answer.value !== run)
          for (const key of heads.keys()) unstated.add(key)
        run = answer.value
        for (const head of stated) {
          // More may have been said meanwhile.
          if (heads.get(nameOf(head)) === head) unstated.delete(nameOf(head))
          forgetPast(head)
        }
      } while (unstated.size > 0)
    },
  }
}

const namesOf = ({ epoch, readers }: StatedAudience): readonly string[] =>
  epoch === undefined ? (readers ?? ['everyone']) : [`${epoch}`]
