import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { silentLog } from '@interlock/host'
import { natsCarrier, ordinaryReading } from '@interlock/host/nats'
import { utf8 } from '@interlock/kernel'
import { topicOf, type SaidKind, type SealedData } from '../sealed-data.ts'

type Position = Awaited<ReturnType<ReturnType<typeof natsCarrier>['last']>>

/** A way from a publisher to readers, over one connection of either. */
export type Way = {
  /** Publishes the next message of the `place`th topic; resolves when the server keeps it. */
  readonly publish: (place: number) => Promise<unknown>
  /** Where a reader begins that wants only what comes from now on. */
  readonly last: () => Promise<Position>
  /** Yields when one has been taken; its topics are of this bench alone. */
  readonly read: (after: Position, signal: AbortSignal) => AsyncIterable<unknown>
}

/** The servers remember ids for longer than a round takes: no two messages of a run have one. */
let count = 0

/** Sealed, published by the carrier, read and opened. */
export function sealedWay(connection: NatsConnection, kind: SaidKind, data: SealedData): Way {
  const carrier = natsCarrier(connection, ordinaryReading, silentLog)
  return {
    publish(place) {
      const topic = topicOf(kind, place)
      return carrier.publish(topic, data.seal(topic), `${kind} ${count++}`)
    },
    last: () => carrier.last(kind),
    async *read(after, signal) {
      for await (const { message, topic } of carrier.read({ kind }, after, signal)) {
        data.open(message, topic)
        yield topic
      }
    },
  }
}

export const rawStream = (kind: SaidKind): string => `raw-${kind}`

/** Texts as long as what is sealed, and JetStream's own client. */
export function rawWay(connection: NatsConnection, kind: SaidKind, data: SealedData): Way {
  const client = jetstream(connection)
  const stream = rawStream(kind)
  const text = utf8(JSON.stringify(data.seal(topicOf(kind))))
  return {
    publish: (place) =>
      client.publish(`${stream}.${place}`, text, { msgID: `${stream} ${count++}` }),
    async last() {
      const { state } = await (await jetstreamManager(connection)).streams.info(stream)
      return state.last_seq as Position
    },
    async *read(after, signal) {
      const consumer = await client.consumers.get(stream, { opt_start_seq: after + 1 })
      const messages = await consumer.consume()
      signal.addEventListener('abort', () => messages.stop())
      for await (const message of messages) yield message.string()
    },
  }
}
