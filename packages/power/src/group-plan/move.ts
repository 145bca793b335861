import type { BlockFlow } from './block-flow.ts'
import { wayTo, type Paths } from './cheapest-paths.ts'

/** How much worse each session fares than if it were alone, in pence. */
export type Harm = Float64Array

/**
 * Moves at most `wattHours` along the way to `end`, and returns how much: as much as each step allows at
 * the cost that made it the cheapest, so that all still charge where it is cheapest for all. Among neighbours who could move, whoever has been harmed least, per energy, is moved first.
 */
export function moveAlong(
  flow: BlockFlow,
  paths: Paths,
  end: number,
  wattHours: number,
  harm: Harm,
  wanted: Int32Array,
): number {
  const way = wayTo(paths, end)
  const steps = way.slice(1).map((to, at) => {
    const from = way[at] ?? 0
    const movers = flow.movers(from, to, (paths.cost[to] ?? 0) - (paths.cost[from] ?? 0))
    return {
      from,
      to,
      movers,
      most: movers.reduce((sum, each) => sum + flow.movable(each, from, to), 0),
    }
  })
  const amount = Math.min(wattHours, ...steps.map((step) => step.most))
  for (const { from, to, movers } of steps) {
    const harmed = (session: number): number =>
      (harm[session] ?? 0) / Math.max(1, wanted[session] ?? 1)
    movers.sort((a, b) => harmed(a) - harmed(b) || a - b)
    let left = amount
    for (const session of movers) {
      if (left === 0) break
      const moved = Math.min(left, flow.movable(session, from, to))
      flow.add(session, from, -moved)
      flow.add(session, to, moved)
      harm[session] =
        (harm[session] ?? 0) +
        (moved * (flow.price(session, to) - flow.price(session, from))) / 1000
      left -= moved
    }
  }
  return amount
}
