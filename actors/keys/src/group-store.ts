import { parseTopic, topicName } from '@interlock/contract'
import { instant, type Instant } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'
import { emptyGroup, type Group, type Member } from '@interlock/seal'
import type { Journal } from '@interlock/store'

/**
 * A group as it is written down: who is in it, and how far its numbers have come. No key is ever on a
 * disk; after a stop everyone is given a new one anyway.
 */
type Entry = {
  readonly topic: string
  readonly epoch: number
  readonly since: Instant
  readonly said: Group['said']
  readonly leasedAt: Instant
  /** Absent, as `ended` and `from`: as in the entry before. */
  readonly members?: readonly string[]
  readonly ended?: Group['ended']
  readonly from?: Group['from']
}

export const memberOf = (peer: Peer): Member => ({
  thumbprint: peer.thumbprint,
  publicKey: peer.publicKey,
  eui: peer.eui,
  role: peer.role,
  organisation: peer.organisation,
})

/** The groups of a key server over a restart. @param peerOf the certificate of a thumbprint */
export function openGroupStore(
  journal: Journal,
  peerOf: (thumbprint: string) => Peer | undefined,
): { readonly kept: readonly Group[]; save(group: Group): void; close(): void } {
  const held = new Map<string, Required<Entry>>()
  for (const entry of journal.entries() as readonly Entry[])
    held.set(entry.topic, {
      ...(held.get(entry.topic) ?? { members: [], ended: [], from: {} }),
      ...entry,
    })
  const before = held.size
  // Of which nobody was ever a member.
  for (const [topic, { epoch }] of held) if (epoch === 0) held.delete(topic)
  if (held.size < before) journal.rewrite([...held.values()])

  return {
    kept: [...held.values()].flatMap((entry) => groupOf(entry, peerOf)),
    save(group) {
      const topic = topicName(group.topic)
      const members = group.members.map(({ thumbprint }) => thumbprint)
      const before = held.get(topic)
      const { since, said, leasedAt, ended, from } = group
      const entry: Entry = { topic, epoch: group.epoch.epoch, since, said, leasedAt }
      const isSame = before?.members.join() === members.join()
      journal.append({
        ...entry,
        ...(!isSame && { members }),
        ...(before?.epoch !== entry.epoch && { ended, from }),
      })
      held.set(topic, { ...entry, members, ended, from })
      if (journal.isLong) journal.rewrite([...held.values()])
    },
    close: () => journal.close(),
  }
}

function groupOf(
  { topic: name, epoch, since, said, leasedAt, members, ended, from }: Required<Entry>,
  peerOf: (thumbprint: string) => Peer | undefined,
): readonly Group[] {
  const topic = parseTopic(name)
  if (topic === undefined) return []
  const known = members.map(peerOf).filter((peer) => peer !== undefined)
  return [
    {
      ...emptyGroup(topic),
      members: known.map(memberOf),
      epoch: { epoch, key: new Uint8Array() },
      since: instant(since),
      said,
      leasedAt: instant(leasedAt),
      ended,
      from,
    },
  ]
}
