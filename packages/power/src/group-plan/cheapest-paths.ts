import { roundingPence, type BlockFlow } from './block-flow.ts'

export type Paths = {
  /** Per kilowatt-hour, from the nearest source; infinite where there is no way. */
  readonly cost: Float64Array
  /** The block before, -1 at a source. */
  readonly before: Int32Array
}

/**
 * The cheapest ways by which energy could leave the sources, block by block. Moves may cost less than
 * nothing, but no round trip does as long as each session charges where it is cheapest for it.
 */
export function cheapestPaths(flow: BlockFlow, sources: readonly number[]): Paths {
  const { blocks } = flow
  const arcs = new Float64Array(blocks * blocks)
  for (let from = 0; from < blocks; from += 1)
    for (let to = 0; to < blocks; to += 1)
      arcs[from * blocks + to] = from === to ? Infinity : flow.cost(from, to)
  const cost = new Float64Array(blocks).fill(Infinity)
  const before = new Int32Array(blocks).fill(-1)
  let changed = new Set(sources)
  for (const source of sources) cost[source] = 0
  // Bellman and Ford: a way has no more moves than blocks.
  for (let round = 0; round < blocks && changed.size > 0; round += 1) {
    const next = new Set<number>()
    for (const from of changed)
      for (let to = 0; to < blocks; to += 1) {
        const through = (cost[from] ?? 0) + (arcs[from * blocks + to] ?? Infinity)
        // A difference that is none must not make a round trip.
        if (through >= (cost[to] ?? 0) - roundingPence) continue
        cost[to] = through
        before[to] = from
        next.add(to)
      }
    changed = next
  }
  return { cost, before }
}

/** The blocks from a source to `end`. */
export function wayTo({ before }: Paths, end: number): number[] {
  const way: number[] = []
  for (let block = end; block !== -1 && way.length <= before.length; block = before[block] ?? -1)
    way.unshift(block)
  return way
}
