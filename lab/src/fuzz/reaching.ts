import type { Coverage, Places } from './coverage.ts'
import { without } from './intervals.ts'

/** Looks at coverage that one batch is worth; what is not found by then is not kept. */
const looksMax = 32

/**
 * Which of the inputs reach places that were fresh when all of them had been given, one for each place.
 * They are given again, half by half: what another state would answer otherwise is not found.
 */
export async function reaching(
  inputs: readonly string[],
  fresh: Places,
  give: (inputs: readonly string[]) => Promise<void>,
  coverage: Pick<Coverage, 'again'>,
): Promise<string[]> {
  const found: string[] = []
  let looks = 0

  /** @returns what of `sought` these reach, now that they are given again. */
  const look = async (some: readonly string[], sought: Places): Promise<Places> => {
    if (some.length === 0 || sought.size === 0 || looks >= looksMax) return new Map()
    looks += 1
    await give(some)
    return coverage.again(sought)
  }
  /** Finds which of `some` reach the places that they reach together. @returns those it did not find. */
  const search = async (some: readonly string[], together: Places): Promise<Places> => {
    const [only, ...others] = some
    if (only === undefined || together.size === 0) return together
    if (others.length === 0) {
      found.push(only)
      return new Map()
    }
    const middle = Math.ceil(some.length / 2)
    const [early, late] = [some.slice(0, middle), some.slice(middle)]
    const byEarly = await look(early, together)
    const left = less(together, less(byEarly, await search(early, byEarly)))
    // What the early ones did not reach the late ones do; only a single input is made to show it.
    const byLate = byEarly.size === 0 && late.length > 1 ? left : await look(late, left)
    return less(left, less(byLate, await search(late, byLate)))
  }
  await search(inputs, await look(inputs, fresh))
  return found
}

const less = (places: Places, reached: Places): Places =>
  new Map(
    [...places]
      .map(([name, parts]) => [name, without(parts, reached.get(name) ?? [])] as const)
      .filter(([, parts]) => parts.length > 0),
  )
