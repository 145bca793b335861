import { limits, topicName, type JoinRefusal, type Topic } from '@interlock/contract'
import {
  millis,
  ok,
  refused,
  type Clock,
  type Eui64,
  type Outcome,
  type Timer,
} from '@interlock/kernel'
import type { Author } from '../data/head.ts'
import type { SealTools } from '../data/seal.ts'
import {
  admit,
  dismiss,
  emptyGroup,
  isMember,
  review,
  turn,
  whyNotMember,
  type Admission,
  type Group,
  type Member,
  type Published,
} from './group.ts'

export type KeyServerPorts = {
  readonly clock: Clock
  readonly admission: Admission
  /** Groups in all, and of these what the clients of one organisation may begin in this run. */
  readonly groupsMax: { readonly all: number; readonly ofOrganisation: number }
  /** Writes a group down. Nothing of it is published before this has resolved. */
  readonly save: (group: Group) => Promise<void>
  readonly publish: (published: Published) => Promise<void>
  /** What could not be saved or published; the next renewal tries again. */
  readonly onFault: (topic: Topic, cause: unknown) => void
}

export type KeyServer = {
  /** Resolves when the new key is on its way to every member. False where it is a member already. */
  join(topic: Topic, member: Member): Promise<Outcome<boolean, JoinRefusal>>
  /** Whether it was in; else nothing is written. */
  leave(topic: Topic, thumbprint: string): Promise<boolean>
  /**
   * Something has changed about who may read: a consent was withdrawn, a certificate revoked. It is
   * asked about at every renewal anyway; this makes it at once.
   */
  reviewAll(): Promise<void>
  close(): Promise<void>
}

type Change = (group: Group) => Group
type Line = { readonly waiting: Change[]; next: Promise<void> | undefined; last: Promise<void> }

/**
 * Hands out the keys of group topics. It carries no data, as the broker has no keys. Changes of one
 * topic come one after another; those that wait for one that is being made share the next key.
 * @param kept what `save` had written down; everyone is given a new key, since nobody knows whether
 *   the last one was published before the stop
 */
export function createKeyServer(
  kept: readonly Group[],
  author: Author,
  tools: SealTools,
  ports: KeyServerPorts,
): KeyServer {
  const { clock, admission, groupsMax, save, publish, onFault } = ports
  // Above all that was ever said, also where what was kept is lost, or an old copy: else members, who do not go back,
  // would have no key again. The milliseconds since 1970, which a second's epochs and leases never come to.
  const floor = clock.now()
  const groups = new Map(kept.map((group) => [topicName(group.topic), withoutHolders(group)]))
  const lines = new Map<string, Line>()
  /** Groups of which the disk has not the last change. */
  const unsaved = new Set<string>()
  /** Groups that members of an organisation were the first of, in this run. */
  const founded = new Map<Eui64, number>()
  let timer: Timer | undefined
  let isOpen = true

  const groupOf = (topic: Topic): Group => groups.get(topicName(topic)) ?? emptyGroup(topic)

  async function step(topic: Topic, changes: readonly Change[]): Promise<void> {
    const name = topicName(topic)
    const before = groupOf(topic)
    const changed = changes.reduce((group, change) => change(group), before)
    const reviewed = review(changed, admission)
    // Whoever is dismissed stays so, whatever fails below.
    if (reviewed !== before) groups.set(name, reviewed)
    const { group, published } = turn(reviewed, clock.now(), author, tools, floor)
    if (group === before && !unsaved.has(name)) return
    unsaved.add(name)
    try {
      await save(group)
      unsaved.delete(name)
      groups.set(name, group)
      for (const each of published) await publish(each)
    } catch (cause) {
      groups.set(name, withoutHolders(groupOf(topic)))
      onFault(topic, cause)
    }
  }

  /** Admits, and counts who begins a group: an organisation begins so many, and no more. */
  function admitTo(group: Group, member: Member): Outcome<Group, JoinRefusal> {
    const isNew = group.members.length === 0 && !groups.has(topicName(group.topic))
    const count = founded.get(member.organisation) ?? 0
    const isFull = groups.size >= groupsMax.all || count >= groupsMax.ofOrganisation
    if (isNew && isFull) return refused('JoinFull')
    const admitted = admit(group, member, admission, clock.now())
    if (isNew && admitted.ok) founded.set(member.organisation, count + 1)
    return admitted
  }

  /** The step that takes this change along: the one after that which is being made. */
  function enqueue(topic: Topic, change: Change): Promise<void> {
    const name = topicName(topic)
    const line = lines.get(name) ?? { waiting: [], next: undefined, last: Promise.resolve() }
    lines.set(name, line)
    line.waiting.push(change)
    line.next ??= stepAfter(topic, line)
    line.last = line.next
    return line.next
  }

  async function stepAfter(topic: Topic, line: Line): Promise<void> {
    await line.last
    line.next = undefined
    await step(topic, line.waiting.splice(0))
    if (line.next === undefined) lines.delete(topicName(topic))
  }

  async function reviewAll(): Promise<void> {
    // One that is slow to be published lets no other's lease run out.
    await Promise.all([...groups.values()].map(({ topic }) => enqueue(topic, unchanged)))
  }

  function renew(): void {
    timer = clock.after(millis(limits.leaseRenewMillis), 'key server', async () => {
      await reviewAll()
      if (isOpen) renew()
    })
  }
  renew()

  return {
    async join(topic, member) {
      const problem = whyNotMember(member, topic, admission)
      const isIn = isMember(groupOf(topic), member.thumbprint)
      // Names cost nothing to think of. A member that may be one no longer is taken out at once, below.
      if (problem !== undefined && !isIn) return refused(problem)
      const line = lines.get(topicName(topic))
      // Members ask again as long as they run. Who was not given the present key is, below.
      const has = groupOf(topic).holders.some((each) => each.thumbprint === member.thumbprint)
      if (problem === undefined && isIn && has && line === undefined) return ok(false)
      let outcome: Outcome<boolean, JoinRefusal> = refused('JoinFull')
      if ((line?.waiting.length ?? 0) >= limits.groupMembersMax) return outcome
      await enqueue(topic, (group) => {
        const admitted = admitTo(group, member)
        outcome = admitted.ok ? ok(admitted.value !== group) : admitted
        return admitted.ok ? admitted.value : group
      })
      return outcome
    },
    async leave(topic, thumbprint) {
      // It may be on its way in.
      const isWaiting = (lines.get(topicName(topic))?.waiting.length ?? 0) > 0
      if (!isWaiting && !isMember(groupOf(topic), thumbprint)) return false
      let wasIn = false
      await enqueue(topic, (group) => {
        wasIn = isMember(group, thumbprint)
        return dismiss(group, thumbprint)
      })
      return wasIn
    },
    reviewAll,
    async close() {
      isOpen = false
      timer?.cancel()
      await Promise.all([...lines.values()].map(({ last }) => last))
    },
  }
}

const unchanged: Change = (group) => group
/** A group whose members are all to be given a new key. */
const withoutHolders = (group: Group): Group => ({ ...group, holders: [] })
