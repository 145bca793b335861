import {
  companionTopic,
  groundOf,
  isGroup,
  isReadBy,
  limits,
  mayPublish,
  sealedTopic,
  topicTable,
  type EpochLease,
  type EpochStanding,
  type Ground,
  type JoinRefusal,
  type SealedMessage,
  type Topic,
} from '@interlock/contract'
import {
  instant,
  ok,
  refused,
  toBase64Url,
  type Eui64,
  type Instant,
  type Outcome,
  type Role,
} from '@interlock/kernel'
import type { Author, EpochKey, Reader } from '../data/head.ts'
import { sealData, type SealTools } from '../data/seal.ts'
import { paceJoin, type JoinPace } from './join-pace.ts'

/** Somebody who is given the keys of a topic: the holder of this certificate. */
export type Member = Reader & {
  readonly eui: Eui64
  readonly role: Role
  readonly organisation: Eui64
}

/** Whoever knows who may read. Both answer for now, and are asked again while a member stays. */
export type Admission = {
  /** Whether the certificate is trusted, in force and not revoked. */
  readonly isTrusted: (thumbprint: string) => boolean
  /**
   * Whether a contract is in force, or whom the topic is about consents to that; `author` is the
   * contract to publish there.
   */
  readonly holds: (member: Member, topic: Topic, ground: Ground | 'author') => boolean
}

/** One group topic as the key server keeps it: plain data, written down before anything is published. */
export type Group = {
  readonly topic: Topic
  /** Who is to have the next key. */
  readonly members: readonly Member[]
  /** Who was given the present one; the key and who has it change together. */
  readonly holders: readonly Member[]
  /** By thumbprint, the first epoch that a member was given since it came. */
  readonly from: Readonly<Record<string, number>>
  readonly epoch: EpochKey
  readonly since: Instant
  readonly leasedAt: Instant
  /** The end of the last lease of each earlier epoch of which a broker may still keep something. */
  readonly ended: readonly EpochLease[]
  /** How many keys and leases were published. */
  readonly said: { readonly epoch: number; readonly lease: number }
  /** How often organisations have joined; of this run, since none of them can end that. */
  readonly joins: JoinPace
}

const never = instant(0)

export const emptyGroup = (topic: Topic): Group => ({
  topic,
  members: [],
  holders: [],
  from: {},
  epoch: { epoch: 0, key: new Uint8Array() },
  since: never,
  leasedAt: never,
  ended: [],
  said: { epoch: 0, lease: 0 },
  joins: {},
})

/** Why somebody may not have the keys of a topic; `undefined` where it may. */
export function whyNotMember(
  member: Member,
  topic: Topic,
  admission: Admission,
): JoinRefusal | undefined {
  const row = sealedTopic(topic.kind)
  if (row === undefined || !isGroup(row.protection)) return 'JoinNoGroup'
  const isAuthor = mayPublish(member.role, topic.kind) && admission.holds(member, topic, 'author')
  // Whoever publishes there knows what it says already.
  if (isAuthor && admission.isTrusted(member.thumbprint)) return undefined
  return whyNotReader(member, topic, admission)
}

/** Why somebody may not read a topic, by name or as one of a group; `undefined` where it may. */
export function whyNotReader(
  member: Member,
  topic: Topic,
  admission: Admission,
): JoinRefusal | undefined {
  if (!admission.isTrusted(member.thumbprint)) return 'JoinUntrusted'
  const ground = groundOf(member.role, topic.kind)
  if (ground === undefined)
    return mayPublish(member.role, topic.kind) ? 'JoinNoGround' : 'JoinForbidden'
  const holds = isReadBy(member.organisation, topic) && admission.holds(member, topic, ground)
  return holds ? undefined : 'JoinNoGround'
}

/** Takes a member in; it has a key from the next {@link turn} on. */
export function admit(
  group: Group,
  member: Member,
  admission: Admission,
  now: Instant,
): Outcome<Group, JoinRefusal> {
  const problem = whyNotMember(member, group.topic, admission)
  if (problem !== undefined) return refused(problem)
  if (isMember(group, member.thumbprint)) return ok(group)
  if (group.members.length >= limits.groupMembersMax) return refused('JoinFull')
  const joins = paceJoin(group.joins, member.organisation, now)
  if (joins === undefined) return refused('JoinTooOften')
  return ok({ ...group, joins, members: [...group.members, member] })
}

export const isMember = ({ members }: Group, thumbprint: string): boolean =>
  members.some((member) => member.thumbprint === thumbprint)

export const dismiss = (group: Group, thumbprint: string): Group =>
  keeping(group, (member) => member.thumbprint !== thumbprint)

/** Asks again who may still read; whoever may not is out from the next {@link turn} on. */
export const review = (group: Group, admission: Admission): Group =>
  keeping(group, (member) => whyNotMember(member, group.topic, admission) === undefined)

/** The very same group where all of its members stay. */
function keeping(group: Group, stays: (member: Member) => boolean): Group {
  const members = group.members.filter(stays)
  return members.length === group.members.length ? group : { ...group, members }
}

export type Published = { readonly topic: Topic; readonly message: SealedMessage }

/**
 * What there is to publish: a new key for everyone when the members are others than those who have
 * the present one, or it has grown old, so that whoever came cannot read what was before, nor whoever
 * left what comes after; and a lease, when the last one needs renewing. The very same group, where
 * there is nothing.
 * @param floor no epoch and no sequence that is new is below it
 */
export function turn(
  group: Group,
  now: Instant,
  author: Author,
  tools: SealTools,
  floor = 0,
): { readonly group: Group; readonly published: readonly Published[] } {
  if (group.members.length === 0) {
    const isEmptied = group.holders.length > 0
    return { group: isEmptied ? { ...group, holders: [] } : group, published: [] }
  }
  const isOld = now - group.since >= limits.epochMillisMax
  const rotates = isOld || !sameMembers(group.members, group.holders)
  if (!rotates && now - group.leasedAt < limits.leaseRenewMillis) return { group, published: [] }
  const rotated = rotates ? rotate(group, now, tools, floor) : group
  const { said, epoch } = rotated
  const next: Group = {
    ...rotated,
    leasedAt: now,
    said: {
      epoch: rotates ? Math.max(said.epoch + 1, floor) : said.epoch,
      lease: Math.max(said.lease + 1, floor),
    },
  }
  const until = now + limits.leaseMillis
  const lease = say('lease', { epoch: epoch.epoch, until }, until, 'everyone')
  if (!rotates) return { group: next, published: [lease] }
  const grant = { epoch: epoch.epoch, key: toBase64Url(epoch.key), ended: next.ended }
  const kept = now + keyKeptMillis(group.topic)
  return {
    group: next,
    published: [say('epoch', grant, kept, { readers: next.holders }), lease],
  }

  function say(
    kind: 'epoch' | 'lease',
    payload: unknown,
    expires: number,
    audience: Parameters<typeof sealData>[2],
  ): Published {
    const topic = companionTopic(group.topic, kind)
    const expiresAt = instant(expires)
    const data = { topic, payload, sequence: next.said[kind], at: now, expiresAt }
    return { topic, message: sealData(data, author, audience, tools) }
  }
}

/** What the key server answers of a group to its members. */
export const standingOf = ({ epoch, leasedAt, ended }: Group): EpochStanding => ({
  epoch: epoch.epoch,
  until: leasedAt + limits.leaseMillis,
  ended: [...ended],
})

/** As long as what may be said under it, and no longer. */
export const keyKeptMillis = (topic: Topic): number =>
  Math.min(
    topicTable.epoch.retentionMillis,
    (sealedTopic(topic.kind)?.retentionMillis ?? 0) + limits.epochMillisMax,
  )

function rotate(group: Group, now: Instant, { entropy }: SealTools, floor: number): Group {
  const epoch = Math.max(group.epoch.epoch + 1, floor)
  const since = ({ thumbprint }: Member) => [thumbprint, group.from[thumbprint] ?? epoch] as const
  return {
    ...group,
    holders: group.members,
    from: Object.fromEntries(group.members.map(since)),
    ended: endedBefore(group, now),
    epoch: { epoch, key: entropy.bytes(32) },
    since: now,
  }
}

/** Those that have ended, with the one that ends now. */
function endedBefore({ topic, epoch, leasedAt, ended }: Group, now: Instant): Group['ended'] {
  if (epoch.epoch === 0) return []
  const oldest = now - (sealedTopic(topic.kind)?.retentionMillis ?? 0)
  return [...ended, { epoch: epoch.epoch, until: leasedAt + limits.leaseMillis }]
    .filter(({ until }) => until > oldest)
    .slice(-limits.epochsHeldMax)
}

function sameMembers(one: readonly Member[], other: readonly Member[]): boolean {
  const names = new Set(one.map(({ thumbprint }) => thumbprint))
  return names.size === other.length && other.every(({ thumbprint }) => names.has(thumbprint))
}
