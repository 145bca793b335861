import type { InTurn } from './in-turn.ts'

/**
 * At most `most` pieces of work side by side; the others wait in the order in which they were asked for. What fails
 * gives its place to the next. Whoever asks hears of its failure, and limits how much waits.
 */
export function createPlaces(most: number): InTurn {
  const waiting: (() => void)[] = []
  let free = most
  return async (work) => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
}
