import {
  accessPointLimits,
  CarriedLine,
  LastPosition,
  limits,
  ListedTopics,
  parseTopic,
  PublicationResults,
  sealedTopic,
  topicName,
  type Publications,
  type SealedMessage,
  type Topic,
} from '@interlock/contract'
import {
  notCarried,
  position,
  tooLargeToCarry,
  type Carried,
  type Carrier,
  type Position,
  type Selection,
} from '@interlock/bus'
import { Fault } from '@interlock/kernel'
import { Compile } from 'typebox/compile'
import type { HttpClient } from '../http-client.ts'
import { outcomeOf } from '../http-outcome.ts'

type Waiting = Publications['messages'][number] & {
  readonly chars: number
  readonly taken: (at: Position) => void
  readonly failed: (fault: Fault) => void
}

const shapes = {
  results: Compile(PublicationResults),
  line: Compile(CarriedLine),
  last: Compile(LastPosition),
  topics: Compile(ListedTopics),
}
const waitingMax = 10_000
const envelopeChars = 512

/**
 * The carrier as a client of the middleware has it: behind its access point, whatever carries there. One
 * request publishes at a time, so that order holds; what comes meanwhile goes together with the next.
 * Closing it leaves the HTTP client open.
 */
export function accessPointCarrier(http: HttpClient, origin: string): Carrier {
  const base = `${origin}/api/v1`
  const closing = new AbortController()
  const waiting: Waiting[] = []
  let isSending = false

  function publish(topic: Topic, message: SealedMessage, id: string): Promise<Position> {
    if (closing.signal.aborted)
      return Promise.reject(new Fault('CarrierClosed', 'the carrier is closed'))
    if (sealedTopic(topic.kind) === undefined) return Promise.reject(notCarried(topic))
    const chars = JSON.stringify(message).length
    if (chars > limits.frameBytesMax) return Promise.reject(tooLargeToCarry(topic))
    if (waiting.length >= waitingMax)
      return Promise.reject(new Fault('CarrierFull', 'too much waits to be published'))
    return new Promise((taken, failed) => {
      waiting.push({ topic: topicName(topic), id, message, chars, taken, failed })
      if (isSending) return
      isSending = true
      queueMicrotask(() => void sendAll())
    })
  }

  async function sendAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = nextBatch(waiting)
      try {
        settle(batch, await send(batch))
      } catch (cause) {
        // Nobody knows which of them were taken, and none may go ahead of them.
        const fault = lost(cause)
        for (const each of [...batch, ...waiting.splice(0)]) each.failed(fault)
      }
    }
    isSending = false
  }

  async function send(batch: readonly Waiting[]): Promise<PublicationResults['results']> {
    const messages = batch.map(({ topic, id, message }) => ({ topic, id, message }))
    const answer = outcomeOf(await http.request('POST', `${base}/messages`, { messages }))
    if (!answer.ok) throw new Fault(answer.reason, answer.detail ?? 'refused')
    if (!shapes.results.Check(answer.value) || answer.value.results.length !== batch.length)
      throw new Error('not an answer to what was published')
    return answer.value.results
  }

  function settle(batch: readonly Waiting[], results: PublicationResults['results']): void {
    const failed = new Map<string, Fault>()
    for (const [i, each] of batch.entries()) {
      const result = results[i]
      if (result !== undefined && 'position' in result) {
        each.taken(position(result.position))
        continue
      }
      const fault = new Fault(result?.reason ?? 'CarrierLost', result?.detail ?? each.topic)
      failed.set(each.topic, fault)
      each.failed(fault)
    }
    // What waits behind one that failed would overtake it.
    const behind = waiting.filter(({ topic }) => failed.has(topic))
    if (behind.length === 0) return
    waiting.splice(0, waiting.length, ...waiting.filter(({ topic }) => !failed.has(topic)))
    for (const each of behind) each.failed(failed.get(each.topic) ?? lost(undefined))
  }

  async function* read(
    selection: Selection,
    after: Position,
    signal: AbortSignal,
  ): AsyncGenerator<Carried> {
    const stop = AbortSignal.any([signal, closing.signal])
    const query = new URLSearchParams({ ...selection, after: `${after}` })
    try {
      for await (const line of http.lines(`${base}/messages?${query}`, stop)) {
        const topic = shapes.line.Check(line) ? parseTopic(line.topic) : undefined
        if (!shapes.line.Check(line) || topic === undefined) throw lost('no message in a line')
        yield { topic, position: position(line.position), message: line.message }
        if (stop.aborted) return
      }
    } catch (cause) {
      throw lost(cause)
    }
  }

  return {
    publish,
    read,
    async topics(kind) {
      const answer = outcomeOf(await http.request('GET', `${base}/topics?kind=${kind}`))
      if (!answer.ok) throw new Fault(answer.reason, answer.detail ?? kind)
      if (!shapes.topics.Check(answer.value)) throw lost('no list of topics')
      return answer.value.topics.flatMap(({ topic: name, messages }) => {
        const topic = parseTopic(name)
        return topic === undefined ? [] : [{ topic, messages }]
      })
    },
    async last(kind) {
      const answer = outcomeOf(await http.request('GET', `${base}/positions/${kind}`))
      if (!answer.ok) throw new Fault(answer.reason, answer.detail ?? kind)
      if (!shapes.last.Check(answer.value)) throw lost('no position')
      return position(answer.value.position)
    },
    close() {
      closing.abort()
      for (const each of waiting.splice(0))
        each.failed(new Fault('CarrierClosed', 'the carrier is closed'))
      return Promise.resolve()
    },
  }
}

/** As many from the front as one request takes. */
function nextBatch(waiting: Waiting[]): readonly Waiting[] {
  const { batchBytesMax, batchMessagesMax } = accessPointLimits
  let chars = 0
  let count = 0
  for (const each of waiting.slice(0, batchMessagesMax)) {
    chars += each.chars + envelopeChars
    if (count > 0 && chars > batchBytesMax) break
    count++
  }
  return waiting.splice(0, count)
}

/** What cannot be said by a name of its own: the access point does not answer as one. */
const lost = (cause: unknown): Fault =>
  cause instanceof Fault && cause.code !== 'PeerUnavailable'
    ? cause
    : new Fault('CarrierLost', 'the access point does not answer', {
        cause,
        remedy: 'try again under the same id; a reader goes on from its position',
      })
