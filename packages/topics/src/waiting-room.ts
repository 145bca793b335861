import type { Carried, Position } from '@interlock/bus'
import { topicName, type Topic } from '@interlock/contract'

/** Messages of one topic that wait, and of all topics of one reading. */
export const waitingMax = { ofTopic: 100, all: 2_000 } as const

/**
 * Messages that cannot be judged yet, each topic's in its order, while the other topics go on. The reader remembers
 * where they stand, and is brought them again after a restart.
 */
export type WaitingRoom = {
  readonly positions: readonly Position[]
  readonly topics: readonly Topic[]
  has(topic: Topic): boolean
  holds(at: Position): boolean
  /** @returns what there is no room for any more: the oldest of its topic */
  put(carried: Carried): Carried | undefined
  first(topic: Topic): Carried | undefined
  /** The first of its topic was dealt with. */
  shift(topic: Topic): void
  clear(): void
}

export function createWaitingRoom(): WaitingRoom {
  const lines = new Map<string, Carried[]>()
  const places = new Set<Position>()
  function shift(topic: Topic): Carried | undefined {
    const line = lines.get(topicName(topic)) ?? []
    const gone = line.shift()
    if (gone !== undefined) places.delete(gone.position)
    if (line.length === 0) lines.delete(topicName(topic))
    return gone
  }
  return {
    get positions() {
      return [...places].toSorted((one, other) => one - other)
    },
    get topics() {
      return [...lines.values()].flatMap(([first]) => (first === undefined ? [] : [first.topic]))
    },
    has: (topic) => lines.has(topicName(topic)),
    holds: (at) => places.has(at),
    put(carried) {
      const name = topicName(carried.topic)
      const line = lines.get(name) ?? []
      line.push(carried)
      lines.set(name, line)
      places.add(carried.position)
      const isFull = line.length > waitingMax.ofTopic || places.size > waitingMax.all
      return isFull ? shift(carried.topic) : undefined
    },
    first: (topic) => lines.get(topicName(topic))?.[0],
    shift: (topic) => void shift(topic),
    clear() {
      lines.clear()
      places.clear()
    },
  }
}
