import { fitsTopic, parseTopic, topicName, type Topic } from '@interlock/contract'
import { Fault, millis, refused, type Outcome } from '@interlock/kernel'
import type { ActorDeps } from '@interlock/host'
import type { Journal } from '@interlock/store'
import { pause } from './pause.ts'

/** Says one thing; what it comes to decides whether it is said again. */
export type Publish = (topic: Topic, payload: unknown) => Promise<Outcome<unknown, string>>

/** What an actor has to say and has not sealed yet, such as while the middleware is away. */
export type Telling = {
  /** False when it is not said: too much waits already, or it is not of the topic's schema. */
  tell(topic: Topic, payload: unknown): boolean
  close(): Promise<void>
}

type Entry =
  | {
      readonly does: 'tell'
      readonly number: number
      readonly topic: string
      readonly payload: unknown
    }
  | { readonly does: 'told'; readonly number: number }
type Told = { readonly number: number; readonly topic: Topic; readonly payload: unknown }

export const tellingLimits = { waitingMax: 2_000 } as const
const retryMillis = { first: 200, max: 15_000 } as const
/** What passes by itself. Anything else would be refused for ever, or is in the outbox already. */
const passing: readonly string[] = [
  'MiddlewareAway',
  'LeaseExpired',
  'SealEpochUnknown',
  'OutboxFull',
]

/**
 * Says everything in its order, topic by topic, also after a restart. What nobody may read at the moment
 * (`SealNotForUs`) is said to nobody. A stop between sealing and `told` says it twice.
 */
export function openTelling(
  journal: Journal,
  publish: Publish,
  { wall, log }: Pick<ActorDeps, 'wall' | 'log'>,
): Telling {
  const waiting = new Map<number, Told>()
  const lines = new Map<string, Told[]>()
  const running = new Set<Promise<void>>()
  const closing = new AbortController()
  let last = 0
  for (const entry of journal.entries() as readonly Entry[]) {
    last = Math.max(last, entry.number)
    const topic = entry.does === 'tell' ? parseTopic(entry.topic) : undefined
    if (entry.does === 'told') waiting.delete(entry.number)
    else if (topic !== undefined) waiting.set(entry.number, { ...entry, topic })
  }
  for (const each of waiting.values()) enqueue(each)

  function write(entry: Entry, apply: () => void): void {
    journal.append(entry)
    apply()
    if (!journal.isLong) return
    journal.rewrite([
      // So that no number is used again.
      { does: 'told', number: last } satisfies Entry,
      ...[...waiting.values()].map(entryOf),
    ])
  }

  function enqueue(told: Told): void {
    const name = topicName(told.topic)
    const line = lines.get(name)
    if (line !== undefined) return void line.push(told)
    const begun = [told]
    lines.set(name, begun)
    const ran = Promise.resolve()
      .then(() => run(name, begun))
      .catch((error: unknown) => log.error({ topic: name, error }, 'nothing more is said there'))
      .finally(() => running.delete(ran))
    running.add(ran)
  }

  /** What the disk does not take now it may take later. */
  async function attempt(topic: Topic, payload: unknown): Promise<Outcome<unknown, string>> {
    try {
      return await publish(topic, payload)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      log.warn({ topic: topicName(topic), error }, 'not said yet')
      return refused('MiddlewareAway')
    }
  }

  async function run(name: string, line: Told[]): Promise<void> {
    let wait: number = retryMillis.first
    for (let next = line[0]; next !== undefined && !closing.signal.aborted; next = line[0]) {
      const { number, topic, payload } = next
      const said = await attempt(topic, payload)
      if (!said.ok && passing.includes(said.reason)) {
        await pause(millis(wait), wall, closing.signal)
        wait = Math.min(2 * wait, retryMillis.max)
        continue
      }
      wait = retryMillis.first
      if (!said.ok) log.warn({ topic: name, reason: said.reason }, 'not said')
      line.shift()
      write({ does: 'told', number }, () => waiting.delete(number))
    }
    lines.delete(name)
  }

  return {
    tell(topic, payload) {
      const why = fitsTopic(topic.kind, payload)
        ? waiting.size >= tellingLimits.waitingMax && 'too much waits to be said'
        : 'not of the topic’s schema'
      if (why !== false) {
        log.warn({ topic: topicName(topic) }, why)
        return false
      }
      const told = { number: ++last, topic, payload }
      write(entryOf(told), () => waiting.set(told.number, told))
      enqueue(told)
      return true
    },
    async close() {
      closing.abort()
      await Promise.allSettled(running)
      journal.close()
    },
  }
}

const entryOf = ({ number, topic, payload }: Told): Entry => ({
  does: 'tell',
  number,
  topic: topicName(topic),
  payload,
})
