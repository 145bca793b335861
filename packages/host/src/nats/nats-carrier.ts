import {
  DeliverPolicy,
  jetstream,
  JetStreamApiError,
  jetstreamManager,
  type Consumer,
  type ConsumerMessages,
  type JsMsg,
} from '@nats-io/jetstream'
import { PermissionViolationError, type NatsConnection } from '@nats-io/transport-node'
import {
  carrierFull,
  notCarried,
  tooLargeToCarry,
  topicsListedMax,
  type Carried,
  type Carrier,
  type Position,
  type Selection,
} from '@interlock/bus'
import {
  limits,
  sealedTopic,
  topicName,
  type SealedMessage,
  type Topic,
  type TopicKind,
} from '@interlock/contract'
import { Fault, millis, type Millis } from '@interlock/kernel'
import type { Log } from '../log.ts'
import { systemClock } from '../system-clock.ts'
import {
  bundleId,
  bundleText,
  jsonChars,
  lineOf,
  parseBundle,
  positionAfter,
  positionIn,
  sequenceFor,
} from './bundle.ts'
import { bundling, type SendBundle } from './bundling.ts'
import { askedMillis, overdue } from './overdue.ts'
import { publications } from './publications.ts'
import { streamOf, subjectFilter, subjectOf, topicOfSubject } from './subject.ts'

/** Messages that wait on this side of a reader. */
const pulledMax = 64
/** A publisher that was not told tries again long before so many more have come. */
const rememberedMax = 4_096
/** Servers keep a reader whose asking they hold; one whose connection is gone they forget after this. */
const forgottenMillis = 30_000
/** Between one move to another server and the next. */
const movingMillisMin = 5_000
/** JetStream's own: the stream has as many messages, or bytes, as it may. */
const streamIsFull = 10_077

export type NatsReading = {
  /**
   * How often the servers say that they still know of a reader for whom there is nothing. What it asked is lost
   * with a server, or with the leader of a stream: it asks anew when two or three of these have not come.
   */
  readonly heartbeatMillis: Millis
}
export const ordinaryReading: NatsReading = { heartbeatMillis: millis(2_000) }

/**
 * The carrier of many servers: NATS JetStream, whose streams `prepareStreams` has made. Closing it
 * closes the connection.
 */
export function natsCarrier(
  connection: NatsConnection,
  { heartbeatMillis }: NatsReading,
  log: Pick<Log, 'warn'>,
): Carrier {
  const onUnread = toldOnce(log)
  const client = jetstream(connection)
  const published = publications(connection, systemClock)
  const reading = new Set<ConsumerMessages>()
  let isOpen = true
  let movedAt = -Infinity

  const send: SendBundle = async (topic, ids, lines) => {
    if (!isOpen) throw closed()
    try {
      return await published.publish(subjectOf(topic), bundleText(ids, lines), bundleId(ids))
    } catch (cause) {
      if (cause instanceof JetStreamApiError && cause.code === streamIsFull)
        throw carrierFull(topic, cause)
      const isAnswer =
        cause instanceof JetStreamApiError || cause instanceof PermissionViolationError
      if (!isAnswer) elsewhere()
      throw lost(topicName(topic), cause)
    }
  }
  const bundles = bundling(send)

  async function publish(topic: Topic, message: SealedMessage, id: string): Promise<Position> {
    if (!isOpen) throw closed()
    if (sealedTopic(topic.kind) === undefined) throw notCarried(topic)
    const line = lineOf(message)
    if (jsonChars(message, line) > limits.frameBytesMax) throw tooLargeToCarry(topic)
    return bundles.publish(topic, line, id)
  }

  /** A server that is cut off from the others keeps its clients and answers none: another is tried. */
  function elsewhere(): void {
    const now = performance.now()
    if (!isOpen || now - movedAt < movingMillisMin) return
    movedAt = now
    connection.reconnect().catch(() => {})
  }

  async function* read(
    selection: Selection,
    after: Position,
    signal: AbortSignal,
    mayRead: (topic: Topic) => boolean = () => true,
  ): AsyncGenerator<Carried> {
    const ended = (): boolean => !isOpen || signal.aborted
    const isNew = recently(rememberedMax)
    let from = after
    try {
      while (!ended())
        for await (const message of opened(await consumerOf(selection, from), signal)) {
          for (const carried of carriedOf(message, { mayRead, isNew, onUnread })) {
            if (carried.position <= from) continue
            yield carried
            if (ended()) return
            from = carried.position
          }
          from = positionAfter(message.seq)
        }
    } catch (cause) {
      if (!ended()) throw lost(selection.kind, cause)
    }
  }

  /**
   * Until it ends, or the servers have forgotten the reader. The client's own way is to make its consumer again in
   * place, and then to ask for nothing until the next heartbeats are missed.
   */
  async function* opened(consumer: Consumer, signal: AbortSignal): AsyncGenerator<JsMsg> {
    const messages = await consumer.consume({
      max_messages: pulledMax,
      expires: askedMillis,
      idle_heartbeat: heartbeatMillis,
    })
    const stop = (): void => messages.stop()
    const asking = overdue(systemClock, stop)
    const watch = async (): Promise<void> => {
      for await (const { type } of messages.status())
        if (type === 'heartbeats_missed' || type === 'reset') stop()
        else if (type === 'next') asking.asked()
      asking.end()
    }
    reading.add(messages)
    signal.addEventListener('abort', stop)
    void watch()
    try {
      if (isOpen && !signal.aborted) yield* messages
    } finally {
      signal.removeEventListener('abort', stop)
      reading.delete(messages)
      asking.end()
      // Not awaited: who is left before its end never says that it has ended.
      stop()
      // Each that is left behind costs the servers at every publication, until they forget it by themselves.
      consumer.delete().catch(() => {})
    }
  }

  const consumerOf = (selection: Selection, after: Position): Promise<Consumer> =>
    client.consumers.get(streamOf(selection.kind), {
      filter_subjects: subjectFilter(selection),
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: sequenceFor(after),
      inactive_threshold: forgottenMillis,
    })

  return {
    publish,
    read,
    async topics(kind) {
      const manager = await jetstreamManager(connection)
      const filter = { subjects_filter: subjectFilter({ kind }) }
      const { state } = await manager.streams.info(streamOf(kind), filter)
      return Object.entries(state.subjects ?? {})
        .slice(0, topicsListedMax)
        .flatMap(([subject, messages]) => {
          const topic = topicOfSubject(subject)
          return topic === undefined ? [] : [{ topic, messages }]
        })
    },
    async last(kind) {
      const manager = await jetstreamManager(connection)
      const { state } = await manager.streams.info(streamOf(kind))
      return positionAfter(state.last_seq)
    },
    async close() {
      isOpen = false
      for (const messages of reading) messages.stop()
      published.close()
      await connection.close()
    },
  }
}

/**
 * What the reader is not given is passed over unparsed. What is no bundle is passed over too, on the record: a release that
 * does not know how it is written would read nothing, without a word.
 */
export function carriedOf(
  message: Pick<JsMsg, 'subject' | 'seq' | 'string'>,
  {
    mayRead,
    isNew,
    onUnread,
  }: {
    readonly mayRead: (topic: Topic) => boolean
    readonly isNew: (id: string) => boolean
    readonly onUnread: (topic: Topic, sequence: number) => void
  },
): Carried[] {
  const { subject, seq } = message
  const topic = topicOfSubject(subject)
  if (topic === undefined || !mayRead(topic)) return []
  const bundle = parseBundle(message.string())
  if (bundle === undefined) {
    onUnread(topic, seq)
    return []
  }
  return bundle.messages.flatMap((each, place) =>
    isNew(bundle.ids[place] ?? '')
      ? [{ topic, position: positionIn(seq, place), message: each }]
      : [],
  )
}

/** Of each kind the first: whoever may publish could send as much of it as it likes. */
function toldOnce(log: Pick<Log, 'warn'>): (topic: Topic, sequence: number) => void {
  const told = new Set<TopicKind>()
  return (topic, sequence) => {
    if (told.has(topic.kind)) return
    told.add(topic.kind)
    const of = { topic: topicName(topic), sequence }
    log.warn(
      of,
      'the servers keep what is no bundle of messages; it and more of its kind are passed over',
    )
  }
}

/** Whether an id comes for the first time, of at least the latest so many: what is sent anew comes among others. */
function recently(max: number): (id: string) => boolean {
  let [latest, before] = [new Set<string>(), new Set<string>()]
  return (id) => {
    if (latest.has(id) || before.has(id)) return false
    // To forget them one by one would have each walk past those that were forgotten.
    if (latest.size >= max) [latest, before] = [new Set(), latest]
    latest.add(id)
    return true
  }
}

const closed = (): Fault => new Fault('CarrierClosed', 'the carrier is closed')
const lost = (what: string, cause: unknown): Fault =>
  new Fault('CarrierLost', `${what}: the servers do not answer, or have no such stream`, {
    cause,
    remedy: 'try again under the same id; a reader goes on from its position',
  })
