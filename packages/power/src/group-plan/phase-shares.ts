import type { Bounds } from './bounds.ts'
import { groupBlockMillis, type GroupNeed } from './need.ts'
import { PricedLimits } from './priced-limits.ts'

const blockHours = groupBlockMillis / 3_600_000
/** A kilowatt-hour that cannot be had costs as much more than the dearest, in ranges of the prices. */
const missingRanges = 3
/** Ten thousand sessions take two seconds for these. */
const roundsMax = 800
/** How much the newest round counts in the mean; less from a hundred rounds to the next. */
const weightFirst = 0.05
const weightLeast = 0.005
const weightFactor = 0.8
/** The optimum is aimed at so far above what is proven, and again when that is nearly reached. */
const aimShare = 0.05
const nearShare = 0.02
const stepFirst = 0.2
const stepMost = 2
const better = 1.1
const worse = 0.66
const worseRoundsMax = 20

/**
 * How much of each phase those who charge on all three should have in each block, so that the whole
 * costs least: watts.
 *
 * The limit of each phase has a price in each block, which rises where more is charged than may be, and falls where less is. What
 * is charged at any one set of prices jumps between extremes, but its mean over the search tends to the
 * optimum of the linear program whose multipliers the prices are: the volume algorithm (Barahona and
 * Anbil, Mathematical Programming 87, 2000).
 */
export function sharesOfAll(need: GroupNeed, bounds: Bounds): Float64Array {
  const pence = need.tariffs.flat()
  const [least, greatest] = [Math.min(...pence), Math.max(...pence)]
  const priced = new PricedLimits(need, bounds, greatest + missingRanges * (greatest - least || 1))
  const { most } = priced
  let prices = new Float64Array(most.length)
  let { bound, used, onAll } = priced.chargedAt(prices)
  let aim = bound + aimShare * Math.abs(bound)
  let [step, weight, worseRounds] = [stepFirst, weightFirst, 0]
  for (let round = 1; round <= roundsMax; round += 1) {
    const over = used.map((each, at) => each - (most[at] ?? 0))
    // What is free already has nothing to fall from.
    const norm = over.reduce(
      (sum, each, at) => (each > 0 || (prices[at] ?? 0) > 0 ? sum + each * each : sum),
      0,
    )
    if (norm < 1) break
    const stride = (step * (aim - bound)) / norm
    const tried = prices.map((price, at) => Math.max(0, price + stride * (over[at] ?? 0)))
    const found = priced.chargedAt(tried)
    used = mixed(used, found.used, weight)
    onAll = mixed(onAll, found.onAll, weight)
    if (round % 100 === 0) weight = Math.max(weightLeast, weight * weightFactor)
    if (found.bound > bound) {
      prices = tried
      bound = found.bound
      if (bound > aim - nearShare * Math.abs(aim)) aim = bound + aimShare * Math.abs(bound)
      step = Math.min(stepMost, step * better)
      worseRounds = 0
    } else if (++worseRounds >= worseRoundsMax) {
      step *= worse
      worseRounds = 0
    }
  }
  return onAll.map((wattHours) => wattHours / 3 / blockHours)
}

const mixed = (mean: Float64Array, next: Float64Array, weight: number): Float64Array =>
  mean.map((each, at) => (1 - weight) * each + weight * (next[at] ?? 0))
