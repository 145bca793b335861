import { blocksWhere, type BlockFlow } from './block-flow.ts'
import { cheapestPaths, wayTo, type Paths } from './cheapest-paths.ts'
import { moveAlong, type Harm } from './move.ts'

/** Many times what ten thousand sessions have been seen to take. */
export const roundsMax = 100_000

/** In its cheapest blocks; of equal ones where most is free, so that less has to be moved. */
export function placeAlone(flow: BlockFlow, wanted: Int32Array): void {
  for (let session = 0; session < flow.sessions; session += 1) {
    const order = Array.from({ length: flow.blocks }, (_, block) => block)
      .filter((block) => flow.room(session, block) > 0)
      .sort(
        (a, b) =>
          flow.price(session, a) - flow.price(session, b) ||
          flow.excess(a) - flow.excess(b) ||
          a - b,
      )
    let left = wanted[session] ?? 0
    for (const block of order) {
      if (left === 0) break
      const some = Math.min(left, flow.room(session, block))
      flow.add(session, block, some)
      left -= some
    }
  }
}

/**
 * One step of the successive shortest path method for flows of least cost, on blocks instead of
 * sessions: energy goes from blocks that hold more than they may by the cheapest way to a block with room.
 *
 * @returns the ways on which energy could leave when none leads to room: nobody can give way any more;
 *   `undefined` when there was such a way, or no block holds too much
 */
export function giveWay(flow: BlockFlow, harm: Harm, wanted: Int32Array): Paths | undefined {
  const sources = blocksWhere(flow, (excess) => excess > 0)
  if (sources.length === 0) return undefined
  const paths = cheapestPaths(flow, sources)
  const nearest = blocksWhere(flow, (excess) => excess < 0)
    .filter((block) => Number.isFinite(paths.cost[block]))
    .sort((a, b) => (paths.cost[a] ?? 0) - (paths.cost[b] ?? 0))[0]
  if (nearest === undefined) return paths
  const way = wayTo(paths, nearest)
  const most = Math.min(flow.excess(way[0] ?? 0), -flow.excess(nearest))
  moveAlong(flow, paths, nearest, most, harm, wanted)
  return undefined
}

export const isWithin = (flow: BlockFlow): boolean =>
  blocksWhere(flow, (excess) => excess > 0).length === 0

/**
 * Puts what each session wants into blocks of limited capacity, at least cost; that there is room is known. First each
 * charges where it is cheapest for it alone, and then gives way where a block holds too much.
 *
 * @returns by session, what is cut because time was up: the limit holds before all else
 */
export function fill(flow: BlockFlow, wanted: Int32Array, rounds: number = roundsMax): Int32Array {
  placeAlone(flow, wanted)
  const harm: Harm = new Float64Array(flow.sessions)
  for (let round = 0; round < rounds && !isWithin(flow); round += 1)
    if (giveWay(flow, harm, wanted) !== undefined) break
  return cutAtOnce(flow)
}

/** What is too much is taken from whoever comes first. */
export function cutAtOnce(flow: BlockFlow): Int32Array {
  const cuts = new Int32Array(flow.sessions)
  for (const block of blocksWhere(flow, (excess) => excess > 0))
    for (const session of flow.members[block] ?? []) {
      const cut = Math.min(flow.at(session, block), Math.max(0, flow.excess(block)))
      flow.add(session, block, -cut)
      cuts[session] = (cuts[session] ?? 0) + cut
    }
  return cuts
}
