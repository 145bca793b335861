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
  /** Whether the first of that topic has to leave before another comes; where it has none, the other itself. */
  isFullFor(topic: Topic): boolean
  put(carried: Carried): void
  first(topic: Topic): Carried | undefined
  /** The first of its topic was dealt with. */
  shift(topic: Topic): void
  clear(): void
}

export function createWaitingRoom(): WaitingRoom {
  const lines = new Map<string, Carried[]>()
  const places = new Set<Position>()
  return {
    get positions() {
      return [...places].toSorted((one, other) => one - other)
    },
    get topics() {
      return [...lines.values()].flatMap(([first]) => (first === undefined ? [] : [first.topic]))
    },
    has: (topic) => lines.has(topicName(topic)),
    holds: (at) => places.has(at),
    isFullFor(topic) {
      const line = lines.get(topicName(topic)) ?? []
      return line.length >= waitingMax.ofTopic || places.size >= waitingMax.all
    },
    put(carried) {
      const name = topicName(carried.topic)
      const line = lines.get(name) ?? []
      line.push(carried)
      lines.set(name, line)
      places.add(carried.position)
    },
    first: (topic) => lines.get(topicName(topic))?.[0],
    shift(topic) {
      const line = lines.get(topicName(topic)) ?? []
      const gone = line.shift()
      if (gone !== undefined) places.delete(gone.position)
      if (line.length === 0) lines.delete(topicName(topic))
    },
    clear() {
      lines.clear()
      places.clear()
    },
  }
}
