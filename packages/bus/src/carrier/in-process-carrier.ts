import {
  limits,
  sealedTopic,
  topicName,
  type SealedMessage,
  type Topic,
  type TopicKind,
} from '@interlock/contract'
import { Fault, type Clock, type Instant } from '@interlock/kernel'
import { position, type Carried, type Carrier, type Position, type Selection } from './carrier.ts'
import { isSelected } from './selection.ts'

export type InProcessCarrierOptions = {
  readonly clock: Pick<Clock, 'now'>
  /** Messages of one kind that are kept at once; beyond them publishers are turned away. */
  readonly keptMax: number
}

type Kept = Carried & { readonly id: string; readonly until: Instant }
/** All of one kind: `kept` has the positions from `first` on without a hole. */
type Log = {
  kept: Kept[]
  readonly ids: Map<string, Position>
  first: number
  readonly wakes: Set<() => void>
}

/** The carrier of one process: everything in memory, for the demo and the tests. */
export function inProcessCarrier({ clock, keptMax }: InProcessCarrierOptions): Carrier {
  const logs = new Map<TopicKind, Log>()
  let isOpen = true

  function logOf(kind: TopicKind): Log {
    const log = logs.get(kind) ?? { kept: [], ids: new Map(), first: 1, wakes: new Set() }
    logs.set(kind, log)
    return log
  }

  /** Kinds are kept for one length of time each, so the oldest is the first to go. */
  function forget(log: Log): void {
    const now = clock.now()
    let gone = log.kept.findIndex((each) => each.until > now)
    if (gone < 0) gone = log.kept.length
    for (const { id } of log.kept.splice(0, gone)) log.ids.delete(id)
    log.first += gone
  }

  function take(topic: Topic, message: SealedMessage, id: string): Position {
    if (!isOpen) throw new Fault('CarrierClosed', 'the carrier is closed')
    const row = sealedTopic(topic.kind)
    if (row === undefined) throw notCarried(topic)
    const text = JSON.stringify(message)
    if (text.length > limits.frameBytesMax) throw tooLargeToCarry(topic)
    const log = logOf(topic.kind)
    forget(log)
    const known = log.ids.get(id)
    if (known !== undefined) return known
    if (log.kept.length >= keptMax) throw carrierFull(topic)
    const at = position(log.first + log.kept.length)
    const until = (clock.now() + row.retentionMillis) as Instant
    const copy = JSON.parse(text) as SealedMessage
    log.kept.push({ topic, message: copy, position: at, id, until })
    log.ids.set(id, at)
    for (const wake of log.wakes) wake()
    return at
  }

  async function* read(
    selection: Selection,
    after: Position,
    signal: AbortSignal,
  ): AsyncGenerator<Carried> {
    const log = logOf(selection.kind)
    for (let next = after + 1; isOpen && !signal.aborted;) {
      forget(log)
      next = Math.max(next, log.first)
      const found = log.kept[next - log.first]
      if (found === undefined) {
        await woken(log, signal)
        continue
      }
      next++
      const { topic, message } = found
      if (isSelected(selection, topic))
        yield { topic, position: found.position, message: structuredClone(message) }
    }
  }

  return {
    publish: async (topic, message, id) => Promise.resolve(take(topic, message, id)),
    read,
    last(kind) {
      const { first, kept } = logOf(kind)
      return Promise.resolve(position(first + kept.length - 1))
    },
    close() {
      isOpen = false
      for (const { wakes } of logs.values()) for (const wake of wakes) wake()
      return Promise.resolve()
    },
  }
}

/** Until something was published, or there is nothing more to wait for. */
const woken = (log: Log, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const wake = (): void => {
      log.wakes.delete(wake)
      signal.removeEventListener('abort', wake)
      resolve()
    }
    log.wakes.add(wake)
    signal.addEventListener('abort', wake)
  })

export const carrierFull = (topic: Topic, cause?: unknown): Fault =>
  new Fault('CarrierFull', `${topicName(topic)}: the carrier keeps as much as it may`, {
    cause,
    remedy: 'publish again later; what is old is forgotten in time',
  })
export const tooLargeToCarry = (topic: Topic): Fault =>
  new Fault('MessageTooLarge', `${topicName(topic)}: more than ${limits.frameBytesMax} bytes`, {
    remedy: 'publish less at once',
  })
export const notCarried = (topic: Topic): Fault =>
  new Fault('NotCarried', `${topicName(topic)} does not leave its process`)
