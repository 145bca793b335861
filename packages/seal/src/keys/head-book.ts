import {
  groundOf,
  isGroup,
  isReadBy,
  limits,
  mayPublish,
  parseTopic,
  sealedTopic,
  topicName,
  type HeadSpan,
  type HeadToldOf,
  type HeadsAsked,
  type HeadsRead,
  type SaidHead,
  type SealedTopic,
  type SilentAuthor,
  type Topic,
  type TopicKind,
} from '@interlock/contract'
import { instant, type Clock, type Instant } from '@interlock/kernel'
import type { Admission, Group, Member } from './group.ts'

type Span = Omit<HeadSpan, 'topic' | 'to'>
/** What an author has signed, with which certificate. */
type Statement = { readonly head: SaidHead; readonly by: string; readonly revision: number }
/**
 * What one author has said on one topic, by audience: the newest, and before it the one that begins earlier, where
 * the author has forgotten that in a restart.
 */
type Entry = {
  readonly topic: Topic
  readonly stated: Map<string, readonly Statement[]>
  readonly revision: number
}

/**
 * How far authors have come, as they sign themselves, for those who may read it: kept and handed on as it is. No carrier
 * is between: what it withholds, from the start or at the end, readers miss by this.
 */
export type HeadBook = {
  /** Takes what an author states of itself, verified by who asks; what it may not say there is passed over. @returns the run */
  state(author: Member, heads: readonly SaidHead[]): string
  /** What has changed since a reader last asked, of what was sealed so that it can read it. */
  read(reader: Member, asked: HeadsAsked): HeadsRead
}

/** Epochs of one author on one topic; of earlier ones the numbers go on without a gap. */
const epochsMax = 3

/** @param run another one at each start: what was stated is gone, and everyone states it again */
export function createHeadBook(
  run: string,
  {
    clock,
    admission,
    groups,
    groupOf,
    headsMax,
  }: {
    readonly clock: Pick<Clock, 'now'>
    readonly admission: Pick<Admission, 'holds'>
    readonly groups: () => Iterable<Group>
    readonly groupOf: (topic: Topic) => Group | undefined
    /** Heads in all, and of these of one author. */
    readonly headsMax: { readonly all: number; readonly ofAuthor: number }
  },
): HeadBook {
  const startedAt = clock.now()
  /** By kind, in the order in which they last changed. */
  const kinds = new Map<TopicKind, Map<string, Entry>>()
  const counts = new Map<string, number>()
  const heardAt = new Map<string, Instant>()
  let [revision, size] = [0, 0]
  let sweptAt = instant(0)

  /** Now and then: whoever is full could ask for it with every head. */
  function forgetExpired(): void {
    const now = clock.now()
    if (now - sweptAt < limits.headsMillis) return
    sweptAt = now
    size = 0
    counts.clear()
    for (const entries of kinds.values())
      for (const [name, entry] of entries)
        if (isExpired(entry, now)) entries.delete(name)
        else count(name.slice(name.indexOf(' ') + 1), entry.stated.size)
  }
  function count(eui: string, by: number): void {
    size += by
    counts.set(eui, (counts.get(eui) ?? 0) + by)
  }
  const isFull = (eui: string): boolean =>
    size >= headsMax.all || (counts.get(eui) ?? 0) >= headsMax.ofAuthor

  function take(author: Member, head: SaidHead): void {
    const topic = parseTopic(head.topic)
    const row = topic && sealedTopic(topic.kind)
    if (topic === undefined || row === undefined || !mayPublish(author.role, topic.kind)) return
    const latest = clock.now() + limits.clockSkewMillisMax
    const isSound = head.first <= head.last && head.lastAt <= latest && head.at <= latest
    if (!isSound || !isAudience(head.to, row) || !admission.holds(author, topic, 'author')) return
    const name = `${topicName(topic)} ${author.eui}`
    const entries = kinds.get(topic.kind) ?? new Map<string, Entry>()
    const stated = entries.get(name)?.stated ?? new Map<string, readonly Statement[]>()
    const before = stated.get(head.to)
    if (before?.some((each) => each.head.at > head.at) === true) return
    if (before === undefined && isFull(author.eui)) forgetExpired()
    if (before === undefined && isFull(author.eui)) return
    // Behind all that changed before.
    stated.delete(head.to)
    const earlier = before?.find((each) => each.head.first < head.first)
    const statement = { head, by: author.thumbprint, revision: ++revision }
    stated.set(head.to, earlier === undefined ? [statement] : [earlier, statement])
    if (before === undefined) count(author.eui, 1 - forgetOldest(stated, row))
    kinds.set(topic.kind, entries)
    entries.delete(name)
    entries.set(name, { topic, stated, revision })
  }

  /** Of all that was sealed so that this reader can open it. */
  function statedFor(reader: Member, { topic, stated }: Entry): readonly Statement[] {
    const row = sealedTopic(topic.kind)
    if (row === undefined) return []
    if (row.protection === 'readers') return stated.get(reader.thumbprint) ?? []
    if (isGroup(row.protection)) {
      const from = groupOf(topic)?.from[reader.thumbprint]
      if (from === undefined || groundOf(reader.role, topic.kind) === undefined) return []
      return [...stated].flatMap(([epoch, each]) => (Number(epoch) >= from ? each : []))
    }
    const ground = groundOf(reader.role, topic.kind)
    const mayRead =
      ground !== undefined &&
      isReadBy(reader.organisation, topic) &&
      admission.holds(reader, topic, ground)
    return mayRead ? (stated.get('everyone') ?? []) : []
  }

  /** Each author once, on one of the topics on which the reader is in a group with it. */
  function silentFor(reader: Member, asked: readonly TopicKind[]): SilentAuthor[] {
    const silent = new Map<string, SilentAuthor>()
    for (const { topic, from, members, since } of groups()) {
      if (from[reader.thumbprint] === undefined || !asked.includes(topic.kind)) continue
      for (const { eui, role, thumbprint } of members) {
        if (eui === reader.eui || silent.has(eui) || !mayPublish(role, topic.kind)) continue
        if (silent.size >= limits.headsPerRequestMax) break
        const last = heardAt.get(eui) ?? instant(Math.max(startedAt, since))
        if (clock.now() - last < limits.authorSilentMillis) continue
        silent.set(eui, { topic: topicName(topic), by: thumbprint, since: last })
      }
    }
    return [...silent.values()]
  }

  return {
    state(author, heads) {
      heardAt.set(author.eui, clock.now())
      for (const head of heads) take(author, head)
      return run
    },
    read(reader, asked) {
      const after = asked.run === run ? asked.after : 0
      const found: Statement[] = []
      for (const kind of new Set(asked.kinds))
        for (const entry of kinds.get(kind)?.values() ?? []) {
          if (entry.revision <= after || isExpired(entry, clock.now())) continue
          found.push(...statedFor(reader, entry).filter((each) => each.revision > after))
        }
      found.sort((one, other) => one.revision - other.revision)
      const page = found.slice(0, limits.headsPerRequestMax)
      const more = page.length < found.length
      return {
        run,
        next: more ? (page.at(-1)?.revision ?? after) : revision,
        more,
        heads: page.map(({ head, by }): HeadToldOf => ({ by, ...head })),
        silent: more ? [] : silentFor(reader, asked.kinds),
      }
    },
  }
}

/** From the earlier of the beginnings to the later of the ends. */
export const wider = (one: Span, other: Span): Span => ({
  ...(other.first < one.first
    ? { first: other.first, firstAt: other.firstAt }
    : { first: one.first, firstAt: one.firstAt }),
  ...(other.last > one.last
    ? { last: other.last, lastAt: other.lastAt }
    : { last: one.last, lastAt: one.lastAt }),
})

/** Whether something of that protection can be for such an audience. */
const isAudience = (to: string, { protection }: SealedTopic): boolean =>
  isGroup(protection) ? Number(to) >= 1 : (to === 'everyone') === (protection === 'signed')

/** Of epochs all but the newest, of named readers those of whom nothing has changed for longest. @returns how many */
function forgetOldest(stated: Map<string, unknown>, { protection }: SealedTopic): number {
  const oldest = isGroup(protection)
    ? [...stated.keys()].toSorted((one, other) => Number(one) - Number(other))
    : [...stated.keys()]
  const keptMax = isGroup(protection) ? epochsMax : limits.sealReadersMax
  const past = oldest.slice(0, Math.max(0, oldest.length - keptMax))
  for (const each of past) stated.delete(each)
  return past.length
}

/** Of which no carrier needs to keep anything. */
function isExpired({ topic, stated }: Entry, now: Instant): boolean {
  const kept = sealedTopic(topic.kind)?.retentionMillis ?? 0
  return [...stated.values()].flat().every(({ head }) => head.lastAt + kept < now)
}
