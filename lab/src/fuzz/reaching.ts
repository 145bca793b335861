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
  let sought = fresh
  let looks = 0
  const search = async (some: readonly string[]): Promise<void> => {
    if (some.length === 0 || sought.size === 0 || looks >= looksMax) return
    looks += 1
    await give(some)
    const reached = await coverage.again(sought)
    if (reached.size === 0) return
    const [only, ...others] = some
    if (only !== undefined && others.length === 0) {
      found.push(only)
      sought = less(sought, reached)
      return
    }
    await halves(some)
  }
  const halves = async (some: readonly string[]): Promise<void> => {
    const middle = Math.ceil(some.length / 2)
    await search(some.slice(0, middle))
    await search(some.slice(middle))
  }
  await search(inputs)
  return found
}

const less = (places: Places, reached: Places): Places =>
  new Map(
    [...places]
      .map(([name, parts]) => [name, without(parts, reached.get(name) ?? [])] as const)
      .filter(([, parts]) => parts.length > 0),
  )
