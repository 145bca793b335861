import {
  hasAuthorsById,
  mayPublish,
  sealedTopic,
  topicKinds,
  type Topic,
} from '@interlock/contract'
import type { GrantBook } from '@interlock/host'
import type { Peer } from '@interlock/pki'
import type { Admission } from '@interlock/seal'
import { memberOf } from './group-store.ts'
import type { NamedReaderList } from './named-readers.ts'

/**
 * Whether somebody is to know who reads a topic: its author, by role and by contract. A station is one of its own
 * topics alone, whatever its organisation was granted for all of its stations.
 */
export function isAuthorOf(peer: Peer, topic: Topic, admission: Pick<Admission, 'holds'>): boolean {
  const { role, eui } = peer
  const isOwn = role !== 'station' || topic.id === eui || topic.id.startsWith(`${eui}.`)
  return isOwn && mayPublish(role, topic.kind) && admission.holds(memberOf(peer), topic, 'author')
}

/** Kinds that are about one home each. */
const homeKinds = topicKinds.filter(hasAuthorsById)

/** Whether an organisation was granted that very home: to write of it, or, where it may write nothing, to carry for it. */
export const speaksOf = (
  { organisation }: Pick<Peer, 'organisation'>,
  station: string,
  book: Pick<GrantBook, 'meets'>,
): boolean => homeKinds.some((kind) => book.meets(organisation, 'publish', { kind, id: station }))

/**
 * Whether somebody is to be shown a certificate. Whoever publishes names its own in all it says; who only reads is
 * known by it to those who seal to it, and else to nobody: it would tell whose customer a home is.
 */
export function maySee(
  peer: Peer,
  { role, thumbprint }: Pick<Peer, 'role' | 'thumbprint'>,
  named: Pick<NamedReaderList, 'topicsOf'>,
  admission: Pick<Admission, 'holds'>,
): boolean {
  if (publishes(role) || peer.thumbprint === thumbprint) return true
  if (!publishes(peer.role)) return false
  return named.topicsOf(thumbprint).some((topic) => isAuthorOf(peer, topic, admission))
}

const publishes = (role: Peer['role']): boolean =>
  topicKinds.some((kind) => sealedTopic(kind) !== undefined && mayPublish(role, kind))
