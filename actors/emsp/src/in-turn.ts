import { refused } from '@interlock/kernel'
import type { Answer } from '@interlock/ocpi'

/** Records that wait; whoever is turned away sends again. */
const waitingMax = 1_000

/** Does one work after another. */
export function inTurn(): (work: () => Promise<Answer>) => Promise<Answer> {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return async (work) => {
    if (waiting >= waitingMax) return refused('Unavailable', 'too many records wait')
    waiting += 1
    const own = last.then(work).finally(() => (waiting -= 1))
    last = own.catch(() => undefined)
    return await own
  }
}
