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
 * request publishes at a time, so that order holds; what comes meanwhile goes together with the next, topic
 * by topic in turn: those of one topic are kept one after another, those of several at once.
 * Closing it leaves the HTTP client open.
 */
export function accessPointCarrier(http: HttpClient, origin: string): Carrier {
  const base = `${origin}/api/v1`
  const closing = new AbortController()
  /** By topic, the one whose turn is next first. */
  const lines = new Map<string, Waiting[]>()
  let count = 0
  let isSending = false

  function publish(topic: Topic, message: SealedMessage, id: string): Promise<Position> {
    if (closing.signal.aborted)
      return Promise.reject(new Fault('CarrierClosed', 'the carrier is closed'))
    if (sealedTopic(topic.kind) === undefined) return Promise.reject(notCarried(topic))
    const chars = JSON.stringify(message).length
    if (chars > limits.frameBytesMax) return Promise.reject(tooLargeToCarry(topic))
    if (count >= waitingMax)
      return Promise.reject(new Fault('CarrierFull', 'too much waits to be published'))
    return new Promise((taken, failed) => {
      const name = topicName(topic)
      const line = lines.get(name) ?? []
      lines.set(name, line)
      line.push({ topic: name, id, message, chars, taken, failed })
      count++
      if (isSending) return
      isSending = true
      queueMicrotask(() => void sendAll())
    })
  }

  async function sendAll(): Promise<void> {
    while (count > 0) {
      const batch = nextBatch(lines)
      count -= batch.length
      try {
        settle(batch, await send(batch))
      } catch (cause) {
        // Nobody knows which of them were taken, and none may go ahead of them.
        const fault = lost(cause)
        for (const each of batch) each.failed(fault)
        failAll(fault)
      }
    }
    isSending = false
  }

  function fail(topic: string, fault: Fault): void {
    const line = lines.get(topic) ?? []
    lines.delete(topic)
    count -= line.length
    for (const each of line) each.failed(fault)
  }

  function failAll(fault: Fault): void {
    for (const topic of lines.keys()) fail(topic, fault)
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
    for (const [i, each] of batch.entries()) {
      const result = results[i]
      if (result !== undefined && 'position' in result) {
        each.taken(position(result.position))
        continue
      }
      const fault = new Fault(result?.reason ?? 'CarrierLost', result?.detail ?? each.topic)
      each.failed(fault)
      // What waits behind one that failed would overtake it.
      fail(each.topic, fault)
    }
  }

  async function* read(
    selection: Selection,
    after: Position,
    signal: AbortSignal,
    mayRead: (topic: Topic) => boolean = () => true,
  ): AsyncGenerator<Carried> {
    const stop = AbortSignal.any([signal, closing.signal])
    const query = new URLSearchParams({ ...selection, after: `${after}` })
    try {
      for await (const line of http.lines(`${base}/messages?${query}`, stop)) {
        const topic = shapes.line.Check(line) ? parseTopic(line.topic) : undefined
        if (!shapes.line.Check(line) || topic === undefined) throw lost('no message in a line')
        if (mayRead(topic))
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
      failAll(new Fault('CarrierClosed', 'the carrier is closed'))
      return Promise.resolve()
    },
  }
}

/** As many as one request takes, one of each topic in turn. */
function nextBatch(lines: Map<string, Waiting[]>): readonly Waiting[] {
  const { batchBytesMax, batchMessagesMax } = accessPointLimits
  const batch: Waiting[] = []
  let chars = 0
  while (batch.length < batchMessagesMax) {
    const [[topic = '', line = []] = []] = lines
    const [next] = line
    if (next === undefined) break
    chars += next.chars + envelopeChars
    if (batch.length > 0 && chars > batchBytesMax) break
    batch.push(next)
    line.shift()
    lines.delete(topic)
    if (line.length > 0) lines.set(topic, line)
  }
  return batch
}

/** What cannot be said by a name of its own: the access point does not answer as one. */
const lost = (cause: unknown): Fault =>
  cause instanceof Fault && cause.code !== 'PeerUnavailable'
    ? cause
    : new Fault('CarrierLost', 'the access point does not answer', {
        cause,
        remedy: 'try again under the same id; a reader goes on from its position',
      })
