import type { Carrier, Position } from '@interlock/bus'
import { topicName } from '@interlock/contract'
import { Fault, millis, ok, refused, toBase64Url, utf8 } from '@interlock/kernel'
import type { Clock, Crypto, Outcome } from '@interlock/kernel'
import type { OutboxStore, Unsent } from './outbox-store.ts'
import { pause } from './pause.ts'

export type SendRefusal = 'OutboxFull' | 'OutboxClosed' | (string & {})
type Sent = Outcome<Position, SendRefusal>
type Waiting = Unsent & { readonly done: (outcome: Sent) => void }

export type Outbox = {
  readonly isFull: boolean
  /** Resolves when the middleware keeps it, or never will. */
  send(unsent: Unsent): Promise<Sent>
  close(): Promise<void>
}

const waitingMax = 20_000
/** Messages of one topic that are under way at once. */
const windowMax = 64
const retryMillis = { first: 100, max: 5_000 } as const
/** What another attempt does not mend. */
const final: readonly string[] = ['TopicForbidden', 'TopicUnknown', 'NotCarried', 'MessageTooLarge']

/**
 * Sends what is sealed, each topic in its order, for as long as it takes: what the middleware has not
 * said that it keeps is sent again under the same id, and nothing later goes ahead of it.
 */
export function createOutbox(
  carrier: Pick<Carrier, 'publish'>,
  store: OutboxStore,
  { clock, crypto }: { readonly clock: Clock; readonly crypto: Crypto },
): Outbox {
  const lines = new Map<string, Waiting[]>()
  const running = new Set<Promise<void>>()
  const closing = new AbortController()
  let count = 0

  const publish = ({ topic, message }: Unsent): Promise<Position> =>
    carrier.publish(topic, message, toBase64Url(crypto.sha256(utf8(message.head))))

  async function run(name: string, line: Waiting[]): Promise<void> {
    let wait: number = retryMillis.first
    while (line.length > 0 && !closing.signal.aborted) {
      const window = line.slice(0, windowMax)
      const results = await Promise.allSettled(window.map(publish))
      const failed = results.findIndex(
        (each) => each.status === 'rejected' && !final.includes(codeOf(each.reason)),
      )
      const settled = window.slice(0, failed < 0 ? window.length : failed)
      line.splice(0, settled.length)
      count -= settled.length
      const last = settled.at(-1)
      if (last !== undefined) store.settled(last.topic, last.sequence)
      for (const [i, { done }] of settled.entries()) done(outcomeOf(results[i]))
      if (failed < 0) wait = retryMillis.first
      else {
        // A signal of its own: topics without number may wait at once.
        await pause(millis(wait), clock, AbortSignal.any([closing.signal]))
        wait = Math.min(2 * wait, retryMillis.max)
      }
    }
    lines.delete(name)
    for (const { done } of line) done(refused('OutboxClosed'))
  }

  function send(unsent: Unsent): Promise<Sent> {
    if (closing.signal.aborted) return Promise.resolve(refused('OutboxClosed'))
    return new Promise((done) => {
      const name = topicName(unsent.topic)
      const line = lines.get(name)
      count++
      if (line !== undefined) return void line.push({ ...unsent, done })
      const begun = [{ ...unsent, done }]
      lines.set(name, begun)
      // What is said in the same moment goes together.
      const ran = Promise.resolve().then(() => run(name, begun))
      running.add(ran)
      void ran.finally(() => running.delete(ran))
    })
  }

  for (const unsent of store.unsent) void send(unsent)
  return {
    get isFull() {
      return count >= waitingMax
    },
    send,
    async close() {
      closing.abort()
      await Promise.allSettled(running)
      store.close()
    },
  }
}

const codeOf = (cause: unknown): string => (cause instanceof Fault ? cause.code : '')
const outcomeOf = (result: PromiseSettledResult<Position> | undefined): Sent =>
  result?.status === 'fulfilled' ? ok(result.value) : refused(codeOf(result?.reason))
