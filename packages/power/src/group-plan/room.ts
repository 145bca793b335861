import type { GroupSession } from './need.ts'

/** Something that several share and that bears so much at each moment: a feeder, a phase, a fuse. */
export type Line = {
  /** By block. */
  readonly watts: readonly number[]
  /** By session: how much of its power counts here, from 0 to 1. */
  readonly parts: readonly number[]
}

/** What all may draw in each block, by every level that somebody may still follow. */
export class Room {
  /** Session × block: whole watts. */
  readonly levels: readonly number[][]
  readonly #before: readonly number[]
  readonly #late: number
  readonly #lines: readonly Line[]
  readonly #blocks: number
  /** Line × block: watts. */
  readonly #left: readonly number[][]

  /**
   * @param before by session, what it may draw until its first edge
   * @param late so many blocks after an edge a station may still follow the level before
   */
  constructor(
    levels: readonly number[][],
    before: readonly number[],
    late: number,
    lines: readonly Line[],
  ) {
    this.levels = levels
    this.#before = before
    this.#late = late
    this.#lines = lines
    this.#blocks = lines[0]?.watts.length ?? 0
    this.#left = lines.map(({ watts, parts }) =>
      watts.map((most, block) =>
        parts.reduce((rest, part, session) => rest - part * this.#highest(session, block), most),
      ),
    )
  }

  /** The highest level that a session may follow in `block`, without those after `last`. */
  #highest(session: number, block: number, last = block): number {
    let most = block - this.#late < 0 ? (this.#before[session] ?? 0) : 0
    for (let at = Math.max(0, block - this.#late); at <= last; at += 1)
      most = Math.max(most, this.levels[session]?.[at] ?? 0)
    return most
  }

  /** What a vehicle would not take is nothing. */
  dropBelow(leastWatts: readonly number[]): void {
    for (const [session, levels] of this.levels.entries())
      for (const [block, level] of levels.entries())
        if (level > 0 && level < (leastWatts[session] ?? 0)) this.raise(session, block, -level)
  }

  /** Whoever leaves last gives way first: it has the most time to make up for it. */
  cutRises(sessions: readonly GroupSession[]): void {
    const order = [...sessions.keys()].sort(
      (a, b) => (sessions[b]?.departure ?? 0) - (sessions[a]?.departure ?? 0) || a - b,
    )
    for (let block = 0; block < this.#blocks; block += 1)
      for (let at = block; at <= block + this.#late && at < this.#blocks; at += 1)
        for (const line of this.#lines) this.#cutIn(line, block, at, order)
  }

  /** Of what rises in `block` so much that who is late keeps to what the line bears in block `at`. */
  #cutIn({ watts, parts }: Line, block: number, at: number, order: readonly number[]): void {
    const all = order.reduce(
      (sum, session) => sum + (parts[session] ?? 0) * this.#highest(session, at, block),
      0,
    )
    let excess = all - (watts[at] ?? 0)
    for (const session of order) {
      const part = parts[session] ?? 0
      if (excess <= 0) return
      const rise = this.#highest(session, at, block) - this.#highest(session, at, block - 1)
      const cut = part === 0 ? 0 : Math.min(Math.ceil(excess / part), rise)
      if (cut <= 0) continue
      this.raise(session, block, -cut)
      excess -= cut * part
    }
  }

  raise(session: number, block: number, watts: number): void {
    const row = this.levels[session]
    if (row === undefined) return
    const touched = Array.from({ length: this.#late + 1 }, (_, late) => block + late)
      .filter((at) => at < this.#blocks)
      .map((at) => [at, this.#highest(session, at)] as const)
    row[block] = (row[block] ?? 0) + watts
    for (const [at, highest] of touched) {
      const risen = this.#highest(session, at) - highest
      for (const [line, { parts }] of this.#lines.entries()) {
        const left = this.#left[line]
        if (left !== undefined) left[at] = (left[at] ?? 0) - (parts[session] ?? 0) * risen
      }
    }
  }

  /** By how much the level may rise in `block`, in whole watts. */
  above(session: number, block: number): number {
    const level = this.levels[session]?.[block] ?? 0
    let most = Infinity
    const end = Math.min(block + this.#late, this.#blocks - 1)
    for (const [line, { parts }] of this.#lines.entries()) {
      const part = parts[session] ?? 0
      if (part === 0) continue
      for (let at = block; at <= end; at += 1) {
        const left = Math.max(0, this.#left[line]?.[at] ?? 0)
        most = Math.min(most, left / part + this.#highest(session, at) - level)
      }
    }
    return Math.floor(most + 1e-6)
  }
}
