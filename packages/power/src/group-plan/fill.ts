import { roundingPence, type BlockFlow } from './block-flow.ts'
import { cheapestPaths, wayTo, type Paths } from './cheapest-paths.ts'
import { moveAlong, type Harm } from './move.ts'

/** What had to be cut for want of capacity: by session in watt-hours, and in which blocks. */
export type Cuts = { readonly bySession: Int32Array; readonly blocks: ReadonlySet<number> }

/**
 * Puts what each session wants into blocks of limited capacity, at least cost. First each charges
 * where it is cheapest for it alone. Then, as long as a block holds more than it may, energy goes from
 * such a block by the cheapest way to a block with room, which is the successive shortest path method
 * for flows of least cost, on blocks instead of sessions. Where no way leads to room, nobody can give
 * way any more, and sessions are cut, whoever has the largest part of what it wants first.
 */
export function fill(flow: BlockFlow, wanted: Int32Array, rounds: number = roundsMax): Cuts {
  for (let session = 0; session < flow.sessions; session += 1)
    placeAlone(flow, session, wanted[session] ?? 0)
  const harm: Harm = new Float64Array(flow.sessions)
  const bySession = new Int32Array(flow.sessions)
  const blocks = new Set<number>()
  for (let round = 0; round < rounds; round += 1) {
    const sources = blocksWhere(flow, (excess) => excess > 0)
    if (sources.length === 0) return { bySession, blocks }
    const paths = cheapestPaths(flow, sources)
    const nearest = blocksWhere(flow, (excess) => excess < 0)
      .filter((block) => Number.isFinite(paths.cost[block]))
      .sort((a, b) => (paths.cost[a] ?? 0) - (paths.cost[b] ?? 0))[0]
    if (nearest === undefined) cutFairly(flow, paths, harm, wanted, { bySession, blocks })
    else {
      const way = wayTo(paths, nearest)
      const most = Math.min(flow.excess(way[0] ?? 0), -flow.excess(nearest))
      moveAlong(flow, paths, nearest, most, harm, wanted)
    }
  }
  cutAtOnce(flow, { bySession, blocks })
  return { bySession, blocks }
}

/** Many times what ten thousand sessions have been seen to take. */
const roundsMax = 100_000

/** Time is up: what is too much is taken from whoever comes first, for the limit holds before all else. */
function cutAtOnce(flow: BlockFlow, cuts: { bySession: Int32Array; blocks: Set<number> }): void {
  for (const block of blocksWhere(flow, (excess) => excess > 0)) {
    cuts.blocks.add(block)
    for (const session of flow.members[block] ?? []) {
      const cut = Math.min(flow.at(session, block), Math.max(0, flow.excess(block)))
      flow.add(session, block, -cut)
      cuts.bySession[session] = (cuts.bySession[session] ?? 0) + cut
    }
  }
}

const blocksWhere = (flow: BlockFlow, is: (excess: number) => boolean): number[] =>
  Array.from({ length: flow.blocks }, (_, block) => block).filter((block) => is(flow.excess(block)))

/** In its cheapest blocks; of equal ones where most is free, so that less has to be moved. */
function placeAlone(flow: BlockFlow, session: number, wattHours: number): void {
  const order = Array.from({ length: flow.blocks }, (_, block) => block)
    .filter((block) => flow.room(session, block) > 0)
    .sort(
      (a, b) =>
        flow.price(session, a) - flow.price(session, b) || flow.excess(a) - flow.excess(b) || a - b,
    )
  let left = wattHours
  for (const block of order) {
    if (left === 0) return
    const some = Math.min(left, flow.room(session, block))
    flow.add(session, block, some)
    left -= some
  }
}

/** What one session loses in a block that a source can reach. */
type Cut = { readonly session: number; readonly block: number; readonly wattHours: number }

function cutFairly(
  flow: BlockFlow,
  paths: Paths,
  harm: Harm,
  wanted: Int32Array,
  cuts: { readonly bySession: Int32Array; readonly blocks: Set<number> },
): void {
  const reached = blocksWhere(flow, () => true).filter((block) =>
    Number.isFinite(paths.cost[block]),
  )
  for (const block of reached) cuts.blocks.add(block)
  const excess = reached.reduce((sum, block) => sum + Math.max(0, flow.excess(block)), 0)
  const chosen = levelled(flow, paths, wanted, cuts.bySession, excess)
  for (const block of reached) {
    const here = chosen.filter((cut) => cut.block === block)
    const [source = block] = wayTo(paths, block)
    const most = Math.min(
      here.reduce((sum, { wattHours }) => sum + wattHours, 0),
      Math.max(0, flow.excess(source)),
    )
    // What comes to this block from the source makes room there, and is taken out here.
    let left = moveAlong(flow, paths, block, most, harm, wanted)
    for (const { session, wattHours } of here) {
      const cut = Math.min(left, wattHours, flow.at(session, block))
      flow.add(session, block, -cut)
      cuts.bySession[session] = (cuts.bySession[session] ?? 0) + cut
      left -= cut
    }
  }
}

/** Cuts of no more than `excess`, leaving those cut with equal parts of what they want. */
function levelled(
  flow: BlockFlow,
  paths: Paths,
  wanted: Int32Array,
  cut: Int32Array,
  excess: number,
): Cut[] {
  const candidates: (Cut & { readonly has: number; readonly want: number })[] = []
  for (let session = 0; session < flow.sessions; session += 1) {
    const block = dearestOf(flow, paths, session)
    if (block === undefined) continue
    const want = wanted[session] ?? 0
    const has = want - (cut[session] ?? 0)
    candidates.push({ session, block, wattHours: flow.at(session, block), has, want })
  }
  const most = (each: (typeof candidates)[number], level: number): number =>
    Math.max(0, Math.min(each.wattHours, each.has - level * each.want))
  let low = 0
  let high = 1
  for (let halving = 0; halving < 40; halving += 1) {
    const level = (low + high) / 2
    if (candidates.reduce((sum, each) => sum + most(each, level), 0) >= excess) low = level
    else high = level
  }
  let left = excess
  return candidates
    .sort((a, b) => b.has / b.want - a.has / a.want || a.session - b.session)
    .flatMap((each) => {
      const wattHours = Math.min(left, Math.ceil(most(each, low)))
      left -= wattHours
      return wattHours > 0 ? [{ session: each.session, block: each.block, wattHours }] : []
    })
}

/**
 * Where a session is cut: in the block that a source reaches and that costs most beyond the way to it.
 * Only there does it still charge where it is cheapest for all when it charges less. Of several such,
 * where it charges most.
 */
function dearestOf(flow: BlockFlow, { cost }: Paths, session: number): number | undefined {
  let dearest: number | undefined
  let most = -Infinity
  for (let block = 0; block < flow.blocks; block += 1) {
    const beyond = flow.price(session, block) - (cost[block] ?? Infinity)
    const held = flow.at(session, block)
    if (held === 0 || !Number.isFinite(beyond) || beyond < most - roundingPence) continue
    const dearer = dearest === undefined || beyond > most + roundingPence
    if (dearer || held > flow.at(session, dearest ?? block)) dearest = block
    most = Math.max(most, beyond)
  }
  return dearest
}
