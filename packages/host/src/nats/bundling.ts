import { carrierFull, type Position } from '@interlock/bus'
import { topicName, type Topic } from '@interlock/contract'
import { setImmediate } from 'node:timers/promises'
import { bundled, positionIn } from './bundle.ts'

/** Publishes messages of each topic in the order of the calls, what waits together. */
export type Bundling = {
  /** @param text the message as it goes into a bundle @throws Fault `CarrierFull`; whatever `send` throws */
  publish(topic: Topic, text: string, id: string): Promise<Position>
}

type Waiting = {
  readonly text: string
  readonly id: string
  readonly done: (at: Position) => void
  readonly fail: (cause: unknown) => void
}

const waitingMax = 4_096
/** @returns the sequence under which the servers keep them, all or none */
export type SendBundle = (
  topic: Topic,
  ids: readonly string[],
  texts: readonly string[],
) => Promise<number>

/**
 * Bundles of one topic go one after another: servers that change hands half-way could otherwise take a later one
 * and not an earlier. Where one fails, what waits behind it fails with it, since it would overtake it.
 */
export function bundling(send: SendBundle): Bundling {
  const lines = new Map<string, Waiting[]>()
  let count = 0

  async function run(topic: Topic, name: string, line: Waiting[]): Promise<void> {
    // What is said in the same moment goes together.
    await setImmediate()
    while (line.length > 0) {
      const taken = bundled(line)
      const ids = taken.map(({ id }) => id)
      const texts = taken.map(({ text }) => text)
      try {
        const sequence = await send(topic, ids, texts)
        count -= line.splice(0, taken.length).length
        for (const [place, { done }] of taken.entries()) done(positionIn(sequence, place))
      } catch (cause) {
        count -= line.length
        for (const { fail } of line.splice(0)) fail(cause)
      }
    }
    lines.delete(name)
  }

  return {
    publish(topic, text, id) {
      if (count >= waitingMax) return Promise.reject(carrierFull(topic))
      count++
      return new Promise((done, fail) => {
        const name = topicName(topic)
        const line = lines.get(name)
        const each = { text, id, done, fail }
        if (line !== undefined) return void line.push(each)
        const begun = [each]
        lines.set(name, begun)
        void run(topic, name, begun)
      })
    },
  }
}
