import { topicName } from '@interlock/contract'
import { Fault } from '@interlock/kernel'
import type { Carrier, Position } from './carrier.ts'

/**
 * A carrier to which publications of one topic go one after another, in the order of the calls: servers
 * that change hands half-way could otherwise take a later one and not an earlier. Where one fails, those
 * that wait behind it fail with it, since they would overtake it; but for one that is refused for itself,
 * and never comes: by it nobody who says something on the same topic shall lose what they said.
 */
export function inTurn(carrier: Carrier): Carrier {
  const last = new Map<string, Promise<Position>>()
  return {
    ...carrier,
    publish(topic, message, id) {
      const name = topicName(topic)
      const send = (): Promise<Position> => carrier.publish(topic, message, id)
      const behind = (cause: unknown): Promise<Position> => {
        if (isOfOneMessage(cause)) return send()
        throw cause
      }
      const taken = last.get(name)?.then(send, behind) ?? send()
      last.set(name, taken)
      const ended = (): void => {
        if (last.get(name) === taken) last.delete(name)
      }
      taken.then(ended, ended)
      return taken
    },
  }
}

const isOfOneMessage = (cause: unknown): boolean =>
  cause instanceof Fault && cause.code === 'MessageTooLarge'
