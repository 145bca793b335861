import { limits, topicName, type Topic } from '@interlock/contract'
import { Fault, unobserved, type Activity } from '@interlock/kernel'
import type { Bus, BusCounts, BusHandler, BusProblem } from './bus.ts'
import { topicFilter, type TopicFilter } from './filter.ts'

export type InProcessBusOptions = {
  /** Messages that wait for one subscriber; beyond them its oldest is dropped. */
  readonly queueMax: number
  /** Holds a stepped clock while something is being delivered. */
  readonly activity?: Activity
  readonly onProblem?: (problem: BusProblem) => void
}

type Delivery = { readonly topic: Topic; readonly message: unknown }
type Subscriber = {
  readonly filter: string
  readonly matches: TopicFilter
  readonly handler: BusHandler
  readonly queue: Delivery[]
  busy: boolean
  dropped: number
}

/** The transport of one process. A slow subscriber delays and loses its own messages, nobody else's. */
export function inProcessBus(options: InProcessBusOptions): Bus {
  const { queueMax, activity = unobserved, onProblem = () => {} } = options
  const subscribers = new Set<Subscriber>()
  const running = new Set<Promise<void>>()
  const counts = { published: 0, delivered: 0, dropped: 0, failed: 0 }
  let open = true

  const deliver = async (subscriber: Subscriber): Promise<void> => {
    const done = activity.begin(`bus/${globalThis.crypto.randomUUID()}`)
    subscriber.busy = true
    try {
      for (let next = subscriber.queue.shift(); next; next = subscriber.queue.shift()) {
        try {
          await subscriber.handler(next.topic, next.message)
          counts.delivered++
        } catch (error) {
          counts.failed++
          onProblem({ kind: 'failed', filter: subscriber.filter, error })
        }
      }
    } finally {
      subscriber.busy = false
      done()
    }
  }

  const enqueue = (subscriber: Subscriber, delivery: Delivery): void => {
    subscriber.queue.push(delivery)
    if (subscriber.queue.length > queueMax) {
      subscriber.queue.shift()
      subscriber.dropped++
      counts.dropped++
      const { filter, dropped } = subscriber
      onProblem({ kind: 'lagging', filter, dropped })
    }
    if (subscriber.busy) return
    const run: Promise<void> = deliver(subscriber).finally(() => running.delete(run))
    running.add(run)
  }

  return {
    publish(topic, message) {
      if (!open) return Promise.reject(new Fault('BusClosed', 'the bus is closed'))
      const text = JSON.stringify(message)
      if (text.length > limits.frameBytesMax) return Promise.reject(tooLarge(topic))
      counts.published++
      const name = topicName(topic)
      for (const subscriber of subscribers)
        if (subscriber.matches(name)) enqueue(subscriber, { topic, message: JSON.parse(text) })
      return Promise.resolve()
    },
    subscribe(filter, handler) {
      const matches = topicFilter(filter)
      const subscriber = { filter, matches, handler, queue: [], busy: false, dropped: 0 }
      subscribers.add(subscriber)
      return () => {
        subscribers.delete(subscriber)
        subscriber.queue.length = 0
      }
    },
    counts: (): BusCounts => ({ ...counts }),
    async close() {
      open = false
      await Promise.all(running)
      subscribers.clear()
    },
  }
}

const tooLarge = (topic: Topic): Fault =>
  new Fault('MessageTooLarge', `${topicName(topic)}: more than ${limits.frameBytesMax} bytes`, {
    remedy: 'publish less at once',
  })
