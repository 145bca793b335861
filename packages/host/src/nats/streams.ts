import { jetstreamManager, DiscardPolicy, RetentionPolicy, StorageType } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { limits, sealedTopic, topicKinds, type TopicKind } from '@interlock/contract'
import { streamOf, subjectFilter } from './subject.ts'

const nanosPerMilli = 1_000_000
/** A publisher that was not told tries again within this; JetStream remembers ids so long. */
export const duplicateWindowMillis = 60_000
/** The id of a message goes in a header of its own, which JetStream counts as part of it. */
const headerBytesMax = 1_024
/** What the servers keep as one message of theirs, at most. */
export const keptBytesMax = limits.frameBytesMax + headerBytesMax

export type StreamOptions = {
  /** Servers that have each message before its publisher is told. */
  readonly replicas: 1 | 3 | 5
  /** Messages of one kind that are kept at once; beyond them publishers are turned away. */
  readonly keptMax: number
}

export const carriedKinds: readonly TopicKind[] = topicKinds.filter(
  (kind) => sealedTopic(kind) !== undefined,
)

/**
 * Makes the streams of every kind that is carried, or brings them to these options. It is for whoever
 * operates the servers; clients need no right to it.
 */
export async function prepareStreams(
  connection: NatsConnection,
  { replicas, keptMax }: StreamOptions,
): Promise<void> {
  const manager = await jetstreamManager(connection)
  const names = new Set(await manager.streams.names().next())
  for (const kind of carriedKinds) {
    const retention = sealedTopic(kind)?.retentionMillis ?? 0
    const config = {
      subjects: [subjectFilter({ kind })],
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      // What is kept stays; whoever comes when it is full is told.
      discard: DiscardPolicy.New,
      max_msgs: keptMax,
      max_msg_size: keptBytesMax,
      max_age: retention * nanosPerMilli,
      duplicate_window: Math.min(duplicateWindowMillis, retention) * nanosPerMilli,
      num_replicas: replicas,
    }
    const name = streamOf(kind)
    if (names.has(name)) await manager.streams.update(name, config)
    else await manager.streams.add({ ...config, name })
  }
}
