import { blocksWhere, type BlockFlow } from './block-flow.ts'
import type { Paths } from './cheapest-paths.ts'
import { cutAtOnce, giveWay, isWithin, placeAlone, roundsMax } from './fill.ts'
import type { Harm } from './move.ts'

/** What has to be cut for want of capacity: by session in watt-hours, and in which blocks. */
export type Cuts = { readonly bySession: Int32Array; readonly blocks: ReadonlySet<number> }

/**
 * What of what each wants cannot be had: all that is possible is given, and whoever must go short has the
 * same part of what it wants as its neighbours who are short for the same capacity. Prices have no part
 * in this, or whoever pays most would be cut first.
 *
 * Where nobody can give way any more, those who have the greatest parts come down to one level; their neighbours
 * give way into the room that this makes, and what of it none of them reaches is given back.
 *
 * @param flow empty, and where every block costs the same
 */
export function fairCuts(flow: BlockFlow, wanted: Int32Array, rounds: number = roundsMax): Cuts {
  placeAlone(flow, wanted)
  const harm: Harm = new Float64Array(flow.sessions)
  const bySession = new Int32Array(flow.sessions)
  const blocks = new Set<number>()
  let last: readonly Cut[] = []
  for (let round = 0; round < rounds && !isWithin(flow); round += 1) {
    const paths = giveWay(flow, harm, wanted)
    if (paths === undefined) continue
    giveBack(flow, last, bySession)
    const reached = reachedBy(paths)
    for (const block of reached) blocks.add(block)
    const excess = reached.reduce((sum, block) => sum + Math.max(0, flow.excess(block)), 0)
    // A way from a source ends in what is cut here, so at least a watt-hour finds its place each time.
    last = levelled(candidatesIn(flow, reached, wanted, bySession), excess)
    for (const { session, block, wattHours } of last)
      take(flow, session, block, wattHours, bySession)
  }
  giveBack(flow, last, bySession)
  for (const block of blocksWhere(flow, (excess) => excess > 0)) blocks.add(block)
  for (const [session, cut] of cutAtOnce(flow).entries())
    bySession[session] = (bySession[session] ?? 0) + cut
  return { bySession, blocks }
}

function take(
  flow: BlockFlow,
  session: number,
  block: number,
  wattHours: number,
  bySession: Int32Array,
): void {
  flow.add(session, block, -wattHours)
  bySession[session] = (bySession[session] ?? 0) + wattHours
}

const reachedBy = ({ cost }: Paths): number[] =>
  [...cost.keys()].filter((block) => Number.isFinite(cost[block]))

/** Where one session could be cut: of `want` it still `has` so much, and `most` of that in this block. */
type Candidate = {
  readonly session: number
  readonly block: number
  readonly want: number
  readonly has: number
  readonly most: number
}
type Cut = Candidate & { readonly wattHours: number }

function giveBack(flow: BlockFlow, cuts: readonly Cut[], bySession: Int32Array): void {
  for (const { session, block, wattHours } of cuts) {
    const back = Math.min(wattHours, flow.room(session, block), -flow.excess(block))
    if (back > 0) take(flow, session, block, -back, bySession)
  }
}

/** Each where it charges most. */
function candidatesIn(
  flow: BlockFlow,
  reached: readonly number[],
  wanted: Int32Array,
  cut: Int32Array,
): Candidate[] {
  const candidates: Candidate[] = []
  for (let session = 0; session < flow.sessions; session += 1) {
    let block = -1
    let most = 0
    for (let at = 0; at < reached.length; at += 1) {
      const held = flow.at(session, reached[at] ?? 0)
      if (held <= most) continue
      block = reached[at] ?? 0
      most = held
    }
    const want = wanted[session] ?? 0
    if (most > 0) candidates.push({ session, block, want, has: want - (cut[session] ?? 0), most })
  }
  return candidates
}

/** A level is a part of what is wanted; so little of that is less than a watt-hour of any vehicle's. */
const levelError = 1e-6

/** Cuts of no more than `excess`, which would leave all with equal parts if each could be cut anywhere. */
function levelled(candidates: readonly Candidate[], excess: number): Cut[] {
  let [low, high] = [0, 1]
  while (high - low > levelError) {
    const level = (low + high) / 2
    let above = 0
    for (const { has, want } of candidates) above += Math.max(0, has - level * want)
    if (above > excess) low = level
    else high = level
  }
  const over = candidates.filter(({ has, want }) => has > low * want)
  const cuts = over.map(({ has, want, most }) =>
    Math.max(0, Math.min(most, Math.floor(has - high * want))),
  )
  // What was cut off in rounding, a watt-hour each.
  let left = Math.min(over.length, excess - cuts.reduce((sum, each) => sum + each, 0))
  return over.flatMap((each, at) => {
    const cut = cuts[at] ?? 0
    const more = left > 0 && cut < each.most ? 1 : 0
    left -= more
    return cut + more > 0 ? [{ ...each, wattHours: cut + more }] : []
  })
}
