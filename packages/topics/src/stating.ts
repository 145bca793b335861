import {
  headSilentMillis,
  isGroup,
  limits,
  parseTopic,
  sealedTopic,
  topicName,
  type HeadSpan,
  type Topic,
} from '@interlock/contract'
import { instant, type Clock, type Crypto, type Instant } from '@interlock/kernel'
import { readHead, signHead, wider, type Author } from '@interlock/seal'
import type { ActorDeps } from '@interlock/host'
import { refusalsLogged } from './refusals-logged.ts'
import type { KeyClient } from './key-client.ts'
import type { OutboxStore } from './outbox-store.ts'

/** Who can open what has such a header. */
export type StatedAudience = {
  readonly epoch?: number | undefined
  readonly readers?: readonly string[] | undefined
}

/**
 * How far an author has come, signed by it, for the key server to tell readers: what the middleware withholds of it,
 * they miss by that. It names what was sealed, whether the middleware has taken it or not. What has not changed is
 * signed again before it is so old that readers take the author for silent.
 */
export type Stating = {
  said(topic: Topic, sequence: number, at: Instant, audience: StatedAudience): void
  /** States what is new or due, and where `isAuthor` that the author is there. @throws Fault when the key server is away */
  state(isAuthor: boolean): Promise<void>
}

export type StatingDeps = {
  readonly clock: Pick<Clock, 'now'>
  readonly crypto: Crypto
  readonly log: Pick<ActorDeps['log'], 'warn'>
}

type Kept = { readonly topic: Topic; readonly span: HeadSpan; statedAt?: Instant }

/** Attempts before what was stated counts as old. */
const renewalsMin = 3

/** @param outbox what was stated and sealed before this start, as far as it is kept, and where that is kept on */
export function createStating(
  keys: Pick<KeyClient, 'stateHeads'>,
  outbox: Pick<OutboxStore, 'headsBefore' | 'spansBefore' | 'keepSpans'>,
  author: Author,
  { clock, crypto, log }: StatingDeps,
): Stating {
  const heads = new Map<string, Kept>()
  /** The epoch of each group topic that was last said something under. */
  const newest = new Map<string, string>()
  let run: string | undefined
  let isFull = false
  const onRefused = refusalsLogged(
    log,
    'the key server takes no word of how far this author has come',
  )
  const nameOf = ({ topic, to }: Pick<HeadSpan, 'topic' | 'to'>): string => `${topic} ${to}`

  function widen(topic: Topic, to: string, span: Omit<HeadSpan, 'topic' | 'to'>): void {
    const name = topicName(topic)
    const key = nameOf({ topic: name, to })
    const known = heads.get(key)?.span
    if (known === undefined && heads.size >= limits.headsPerAuthorMax) forgetOldest()
    heads.delete(key)
    const widened = known === undefined ? span : wider(known, span)
    heads.set(key, { topic, span: { topic: name, to, ...widened } })
    if (!isGroup(sealedTopic(topic.kind)?.protection ?? 'signed')) return
    const last = newest.get(name)
    newest.set(name, to)
    const past = last === undefined ? undefined : heads.get(nameOf({ topic: name, to: last }))
    if (past !== undefined) forgetPast(past)
  }
  /** What was said under an epoch that is over is stated once. */
  function forgetPast(kept: Kept): void {
    const { topic, to } = kept.span
    const isPast = newest.has(topic) && newest.get(topic) !== to
    const name = nameOf(kept.span)
    if (isPast && kept.statedAt !== undefined && heads.get(name) === kept) heads.delete(name)
  }
  function forgetOldest(): void {
    if (!isFull)
      log.warn(
        { heads: heads.size },
        'more is said than is stated: readers will find this author silent where it is not',
      )
    isFull = true
    const [oldest] = heads.keys()
    if (oldest !== undefined) heads.delete(oldest)
  }
  /** What no carrier needs to keep any more, nobody misses. */
  function forgetExpired(now: Instant): void {
    for (const [key, { topic, span }] of heads)
      if (span.lastAt + (sealedTopic(topic.kind)?.retentionMillis ?? 0) <= now) heads.delete(key)
  }
  const dueAt = (now: Instant): readonly Kept[] =>
    [...heads.values()]
      .filter(({ topic, statedAt }) => {
        const renewal = headSilentMillis(topic.kind) / renewalsMin
        return statedAt === undefined || now - statedAt >= renewal
      })
      .slice(0, limits.headsPerRequestMax)

  for (const { topic, to, ...span } of outbox.spansBefore()) {
    const of = parseTopic(topic)
    if (of !== undefined) widen(of, to, span)
  }
  for (const each of outbox.headsBefore()) {
    const read = readHead(each)
    if (read.ok)
      said(read.value.topic, read.value.head.seq, instant(read.value.head.iat), read.value.head)
  }
  outbox.keepSpans(() => {
    forgetExpired(clock.now())
    return [...heads.values()].map(({ span }) => span)
  })

  function said(topic: Topic, sequence: number, at: Instant, audience: StatedAudience): void {
    const span = { first: sequence, firstAt: at, last: sequence, lastAt: at }
    for (const to of namesOf(audience)) widen(topic, to, span)
  }

  return {
    said,
    async state(isAuthor) {
      // One time for all: of two epochs the later is not found to go back.
      const now = clock.now()
      forgetExpired(now)
      let page = dueAt(now)
      if (page.length === 0 && !isAuthor) return
      do {
        const signed = page.map(({ span }) => signHead(span, now, author, crypto))
        const answer = await keys.stateHeads(signed)
        if (!answer.ok) return onRefused(answer)
        onRefused(undefined)
        if (run !== undefined && answer.value !== run)
          for (const each of heads.values()) delete each.statedAt
        run = answer.value
        for (const each of page) {
          // More may have been said meanwhile: that is another.
          each.statedAt = now
          forgetPast(each)
        }
        page = dueAt(now)
      } while (page.length > 0)
    },
  }
}

const namesOf = ({ epoch, readers }: StatedAudience): readonly string[] =>
  epoch === undefined ? (readers ?? ['everyone']) : [`${epoch}`]
