import {
  groundOf,
  groupOfCompanion,
  isReadBy,
  mayPublish,
  type Topic,
  type TopicSelection,
} from '@interlock/contract'
import type { GrantBook } from '@interlock/host'
import type { Eui64 } from '@interlock/kernel'
import type { Peer } from '@interlock/pki'

export type Client = Pick<Peer, 'role' | 'organisation'>

/**
 * What a client may do here: what the topic table says of its role, and of that what its organisation
 * was granted. Whoever has to do with a group topic may read its keys and leases.
 */
export type Permissions = {
  readonly mayPublish: (client: Client, topic: Topic) => boolean
  readonly mayRead: (client: Client, topic: Topic) => boolean
  /** Whether anything of a selection can be for the client. */
  readonly mayAsk: (client: Client, selection: TopicSelection) => boolean
}

export function permissionsOf(book: GrantBook, keyServer: Eui64): Permissions {
  const reads = (client: Client, topic: Topic): boolean =>
    groundOf(client.role, topic.kind) !== undefined &&
    isReadBy(client.organisation, topic) &&
    book.allows(client.organisation, 'read', topic)
  const publishes = (client: Client, topic: Topic): boolean =>
    mayPublish(client.role, topic.kind) &&
    (client.role === 'keyserver'
      ? client.organisation === keyServer
      : book.allows(client.organisation, 'publish', topic))

  return {
    mayPublish: publishes,
    mayRead(client, topic) {
      const group = groupOfCompanion(topic)
      if (group === undefined) return reads(client, topic)
      const isReader = groundOf(client.role, topic.kind) !== undefined
      return isReader && (reads(client, group) || publishes(client, group))
    },
    mayAsk(client, selection) {
      if (groundOf(client.role, selection.kind) === undefined) return false
      // Which group topics those are of, each message tells.
      if (selection.kind === 'epoch' || selection.kind === 'lease') return true
      return book.meets(client.organisation, 'read', selection)
    },
  }
}
