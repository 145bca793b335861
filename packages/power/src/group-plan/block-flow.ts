/**
 * Energy of many sessions in few blocks, and which block could give some to which: from `a` to `b`
 * when somebody charges in `a` who could charge more in `b`. All in whole watt-hours.
 */
export class BlockFlow {
  readonly blocks: number
  readonly sessions: number
  /** Session × block. */
  readonly energy: Int32Array
  readonly most: Int32Array
  /** By block. */
  readonly load: Float64Array
  readonly capacity: Float64Array
  readonly tariffOf: Int32Array
  readonly tariffs: readonly Float64Array[]
  /** Who can charge at all in each block. */
  readonly members: readonly (readonly number[])[]
  /** Tariff × block × block: how many sessions could move energy so. */
  readonly #movers: Int32Array

  constructor(from: {
    readonly most: Int32Array
    readonly capacity: Float64Array
    readonly tariffOf: Int32Array
    readonly tariffs: readonly (readonly number[])[]
  }) {
    this.blocks = from.capacity.length
    this.sessions = from.tariffOf.length
    this.most = from.most
    this.capacity = from.capacity
    this.tariffOf = from.tariffOf
    this.tariffs = from.tariffs.map((prices) => Float64Array.from(prices))
    this.energy = new Int32Array(from.most.length)
    this.load = new Float64Array(this.blocks)
    this.members = Array.from({ length: this.blocks }, (_, block) =>
      Array.from({ length: this.sessions }, (_, session) => session).filter(
        (session) => (this.most[session * this.blocks + block] ?? 0) > 0,
      ),
    )
    this.#movers = new Int32Array(from.tariffs.length * this.blocks * this.blocks)
  }

  at = (session: number, block: number): number => this.energy[session * this.blocks + block] ?? 0
  room = (session: number, block: number): number =>
    (this.most[session * this.blocks + block] ?? 0) - this.at(session, block)
  price = (session: number, block: number): number =>
    this.tariffs[this.tariffOf[session] ?? 0]?.[block] ?? 0

  /** Adds to one session's energy in one block, or takes from it. */
  add(session: number, block: number, wattHours: number): void {
    const held = this.at(session, block)
    const room = this.room(session, block)
    this.energy[session * this.blocks + block] = held + wattHours
    this.load[block] = (this.load[block] ?? 0) + wattHours
    const holds = Number(held + wattHours > 0) - Number(held > 0)
    const opens = Number(room - wattHours > 0) - Number(room > 0)
    if (holds === 0 && opens === 0) return
    const { blocks } = this
    const movers = this.#movers
    const base = (this.tariffOf[session] ?? 0) * blocks * blocks
    for (let other = 0; other < blocks; other += 1) {
      if (other === block) continue
      const energy = this.at(session, other)
      const out = base + block * blocks + other
      const into = base + other * blocks + block
      if (holds !== 0 && this.room(session, other) > 0) movers[out] = (movers[out] ?? 0) + holds
      if (opens !== 0 && energy > 0) movers[into] = (movers[into] ?? 0) + opens
    }
  }

  /** What moving from one block to another costs at least, per kilowatt-hour; infinite if nobody can. */
  cost(from: number, to: number): number {
    const { blocks } = this
    let least = Infinity
    for (const [tariff, prices] of this.tariffs.entries())
      if ((this.#movers[(tariff * blocks + from) * blocks + to] ?? 0) > 0)
        least = Math.min(least, (prices[to] ?? 0) - (prices[from] ?? 0))
    return least
  }

  /** Those that could move energy so at just this cost per kilowatt-hour. */
  movers(from: number, to: number, cost: number): number[] {
    return (this.members[from] ?? []).filter(
      (session) =>
        this.at(session, from) > 0 &&
        this.room(session, to) > 0 &&
        Math.abs(this.price(session, to) - this.price(session, from) - cost) < roundingPence,
    )
  }

  movable = (session: number, from: number, to: number): number =>
    Math.min(this.at(session, from), this.room(session, to))

  excess = (block: number): number => (this.load[block] ?? 0) - (this.capacity[block] ?? 0)
}

/** Prices are sums and differences of decimals; what differs by less does not differ. */
export const roundingPence = 1e-6

export const blocksWhere = (flow: BlockFlow, is: (excess: number) => boolean): number[] =>
  Array.from({ length: flow.blocks }, (_, block) => block).filter((block) => is(flow.excess(block)))
