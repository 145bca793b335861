import { topicName, type Capacity, type Topic } from '@interlock/contract'
import type { ActorDeps } from '@interlock/host'
import { inMinutes, inSeconds, type Instant, type Timer } from '@interlock/kernel'
import type { CapacityForecast } from '@interlock/oscp'
import type { Topics } from '@interlock/topics'
import { blockMillis } from '../forecast/load-series.ts'

/** What each operator may draw of a feeder, said by topic besides OSCP. */
export type Allotments = {
  /** What is said there from now on, and again every few minutes; nothing where there is no such forecast. */
  offer(topic: Topic, forecasts: readonly CapacityForecast[]): void
  close(): void
}

type Offered = {
  readonly topic: Topic
  readonly payload: Capacity
  saidAt?: Instant
  busy: boolean
}

/** A third of the silence that the topic table allows, of real time as that is: whoever joins waits no longer. */
const againMillis = inMinutes(5)
/** What could not be said, while the middleware was away, is tried again after. */
const lookSeconds = 2

/**
 * Only the latest of each topic is worth saying, so nothing waits in a queue; what is over is said no more, and
 * its readers find that silent.
 */
export function sayAllotments(
  topics: Pick<Topics, 'publish'>,
  { clock, wall, log }: Pick<ActorDeps, 'clock' | 'wall' | 'log'>,
  label: string,
): Allotments {
  const latest = new Map<string, Offered>()
  let timer: Timer

  const say = async (offered: Offered): Promise<void> => {
    const { topic, payload, saidAt } = offered
    const now = wall.now()
    if (offered.busy || (saidAt !== undefined && now - saidAt < againMillis)) return
    offered.busy = true
    try {
      if ((await topics.publish(topic, payload)).ok) offered.saidAt = now
    } catch (error) {
      log.warn({ topic: topicName(topic), error }, 'no allotment is said')
    } finally {
      offered.busy = false
    }
  }
  const wait = (): void => {
    timer = wall.after(inSeconds(lookSeconds), label, () => {
      wait()
      for (const [name, offered] of latest)
        if (endOf(offered.payload) <= clock.now()) latest.delete(name)
        else void say(offered)
    })
  }
  wait()

  return {
    offer(topic, forecasts) {
      const payload = allotmentOf(forecasts)
      if (payload === undefined) return
      const name = topicName(topic)
      const held = latest.get(name)
      const isSame = held !== undefined && JSON.stringify(held.payload) === JSON.stringify(payload)
      const offered = isSame ? held : { topic, payload, busy: false }
      latest.set(name, offered)
      void say(offered)
    },
    close: () => timer.cancel(),
  }
}

const endOf = ({ from, watts }: Capacity): number => from + watts.length * blockMillis

/** The same blocks as the OSCP message has. */
export function allotmentOf(forecasts: readonly CapacityForecast[]): Capacity | undefined {
  const blocks = forecasts.find(({ type }) => type === 'CONSUMPTION')?.blocks ?? []
  const [first] = blocks
  return first && { from: first.from, watts: blocks.map(({ capacity }) => capacity) }
}
