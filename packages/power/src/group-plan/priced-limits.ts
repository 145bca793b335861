import type { Bounds } from './bounds.ts'
import { groupBlockMillis, type BlockCapacity, type GroupNeed, type SessionPhase } from './need.ts'

const phases: readonly SessionPhase[] = ['ALL', 'ONE', 'TWO', 'THREE']
const blockHours = groupBlockMillis / 3_600_000

/** How much of a session's energy counts on each phase. */
const shareOn: Readonly<Record<SessionPhase, readonly [number, number, number]>> = {
  ALL: [1 / 3, 1 / 3, 1 / 3],
  ONE: [1, 0, 0],
  TWO: [0, 1, 0],
  THREE: [0, 0, 1],
}
const threePhases = [0, 1, 2] as const

/** What all may draw on one phase: its own limit, and no more than a third of the whole. */
export const phaseWattsOf = ({ watts, phaseWatts }: BlockCapacity, phase: 0 | 1 | 2): number =>
  Math.min(phaseWatts?.[phase] ?? Infinity, watts / 3)

/** What is charged at some prices. */
export type Charged = {
  /** Phase × block: watt-hours. */
  readonly used: Float64Array
  /** By block, of those who charge on all phases. */
  readonly onAll: Float64Array
  /** Pence for a thousand: no plan that keeps the limits, and pays for what is missing, costs less. */
  readonly bound: number
}

/** Sessions of one tariff and phase: they see the same prices. */
type Alike = { readonly tariff: number; readonly phase: SessionPhase; readonly members: number[] }

/**
 * The group when the limits of its phases have prices in place of force: each session
 * charges where that is cheapest for it, its own part of those prices included.
 */
export class PricedLimits {
  /** Phase × block: watt-hours. */
  readonly most: Float64Array
  readonly #need: GroupNeed
  readonly #bounds: Bounds
  readonly #missingPence: number
  readonly #groups: readonly Alike[]

  /** @param missingPence what a kilowatt-hour that is not had costs */
  constructor(need: GroupNeed, bounds: Bounds, missingPence: number) {
    this.most = Float64Array.from(
      threePhases.flatMap((phase) => need.capacity.map((block) => phaseWattsOf(block, phase))),
      (watts) => Math.max(0, watts * blockHours),
    )
    this.#need = need
    this.#bounds = bounds
    this.#missingPence = missingPence
    this.#groups = groupsOf(need)
  }

  /** @param prices phase × block: pence per kilowatt-hour */
  chargedAt(prices: Float64Array): Charged {
    const blocks = this.#need.capacity.length
    const empty = (): Float64Array => new Float64Array(blocks)
    const loads = { ALL: empty(), ONE: empty(), TWO: empty(), THREE: empty() }
    let bound = 0
    for (const group of this.#groups) bound += this.#charge(group, prices, loads[group.phase])
    for (const [at, most] of this.most.entries()) bound -= (prices[at] ?? 0) * most
    const used = new Float64Array(this.most.length)
    for (const phase of phases)
      for (const [line, share] of shareOn[phase].entries())
        for (let block = 0; share > 0 && block < blocks; block += 1)
          used[line * blocks + block] =
            (used[line * blocks + block] ?? 0) + share * (loads[phase][block] ?? 0)
    return { used, onAll: loads.ALL, bound }
  }

  #charge({ tariff, phase, members }: Alike, prices: Float64Array, load: Float64Array): number {
    const blocks = load.length
    const { most, wanted } = this.#bounds
    const own = Float64Array.from(this.#need.tariffs[tariff] ?? [], (price, block) =>
      shareOn[phase].reduce(
        (sum, share, line) => sum + share * (prices[line * blocks + block] ?? 0),
        price,
      ),
    )
    const order = Int32Array.from(own.keys())
      .sort((a, b) => (own[a] ?? 0) - (own[b] ?? 0))
      .filter((block) => (own[block] ?? 0) < this.#missingPence)
    let cost = 0
    for (const session of members) {
      let left = wanted[session] ?? 0
      for (let place = 0; left > 0 && place < order.length; place += 1) {
        const block = order[place] ?? 0
        const some = Math.min(left, most[session * blocks + block] ?? 0)
        if (some === 0) continue
        load[block] = (load[block] ?? 0) + some
        cost += some * (own[block] ?? 0)
        left -= some
      }
      cost += left * this.#missingPence
    }
    return cost
  }
}

function groupsOf({ sessions }: GroupNeed): readonly Alike[] {
  const groups = new Map<string, Alike>()
  for (const [at, { tariff, phase }] of sessions.entries()) {
    const name = `${tariff} ${phase}`
    const group = groups.get(name) ?? { tariff, phase, members: [] }
    group.members.push(at)
    groups.set(name, group)
  }
  return [...groups.values()]
}
