import {
  groupOfCompanion,
  isGroup,
  sealedTopic,
  topicName,
  type EpochGrant,
  type EpochLease,
  type EpochStanding,
  type Protection,
  type SealRefusal,
  type Topic,
} from '@interlock/contract'
import type { Instant, Outcome } from '@interlock/kernel'
import {
  awaitsKey,
  emptyKeyring,
  forgetEnded,
  isAhead,
  keyKeptMillis,
  lacksLease,
  openingKey,
  publishingKey,
  takeGrant,
  takeLease,
  takeStanding,
  type EpochKey,
  type Keyring,
} from '@interlock/seal'
import { messageUnfit } from './message-unfit.ts'

/** The keys of every group topic that this member was given. */
export type Keyrings = {
  /** What the key server has said on a topic's companion. */
  take(companion: Topic, payload: unknown): void
  /** What the key server has answered itself of a topic. */
  takeStanding(topic: Topic, standing: EpochStanding): void
  publishing(topic: Topic, now: Instant): Outcome<EpochKey, SealRefusal>
  opening(topic: Topic, epoch: number, at: Instant): EpochKey | undefined
  /** Whether a key of that epoch may still come. */
  awaits(topic: Topic, epoch: number): boolean
  /** Whether nothing that came speaks of so late an epoch of a group topic. */
  isAhead(topic: Topic, epoch: number): boolean
  /** Whether the key server must be asked before what was sealed then can be opened, or refused. */
  lacksLease(topic: Topic, epoch: number, at: Instant): boolean
  onChange(listener: () => void): () => void
}

export function createKeyrings(): Keyrings {
  const rings = new Map<string, Keyring>()
  /** The last of each topic: it may come before the key that it is about. */
  const leases = new Map<string, EpochLease>()
  const listeners = new Set<() => void>()
  const ringOf = (topic: Topic): Keyring => rings.get(topicName(topic)) ?? emptyKeyring
  return {
    take(companion, payload) {
      const topic = groupOfCompanion(companion)
      if (topic === undefined) throw messageUnfit('no companion of a topic')
      const ring = ringOf(topic)
      const name = topicName(topic)
      if (companion.kind === 'epoch') {
        const granted = takeGrant(ring, payload as EpochGrant)
        const lease = leases.get(name)
        const leased = lease === undefined ? granted : takeLease(granted, lease)
        rings.set(name, forgetEnded(leased, keyKeptMillis(topic)))
      } else {
        const lease = payload as EpochLease
        leases.set(name, lease)
        rings.set(name, takeLease(ring, lease))
      }
      for (const listener of listeners) listener()
    },
    takeStanding(topic, standing) {
      rings.set(topicName(topic), takeStanding(ringOf(topic), standing))
      for (const listener of listeners) listener()
    },
    publishing: (topic, now) => publishingKey(ringOf(topic), now),
    opening: (topic, epoch, at) => openingKey(ringOf(topic), epoch, at, protectionOf(topic)),
    awaits: (topic, epoch) => awaitsKey(ringOf(topic), epoch),
    isAhead: (topic, epoch) => isGroup(protectionOf(topic)) && isAhead(ringOf(topic), epoch),
    lacksLease: (topic, epoch, at) =>
      protectionOf(topic) === 'groupMac' && lacksLease(ringOf(topic), epoch, at),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

const protectionOf = ({ kind }: Topic): Protection => sealedTopic(kind)?.protection ?? 'signed'
