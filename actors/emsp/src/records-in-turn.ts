import { inTurn, refused } from '@interlock/kernel'
import type { Answer } from '@interlock/ocpi'

/** Records that wait; whoever is turned away sends again. */
export const recordsWaitingMax = 1_000

/** One record after another; too many are turned away. */
export function recordsInTurn(): (work: () => Promise<Answer>) => Promise<Answer> {
  const turn = inTurn()
  let waiting = 0
  return async (work) => {
    if (waiting >= recordsWaitingMax) return refused('Unavailable', 'too many records wait')
    waiting += 1
    return await turn(work).finally(() => (waiting -= 1))
  }
}
