import { assert } from '@interlock/kernel'
import { groupBlockMillis, type GroupNeed, type GroupSession, type ShortReason } from './need.ts'

/** The most that each session can take in each block: session × blocks, whole watt-hours. */
export type Bounds = {
  readonly most: Int32Array
  /** What each is to get: as much as it needs and can take. */
  readonly wanted: Int32Array
  readonly shortfall: readonly ({ wattHours: number; reason: ShortReason } | undefined)[]
}

/** Presence, power and fuses; capacity of the group comes later. */
export function boundsOf(need: GroupNeed): Bounds {
  const { sessions, capacity } = need
  const blocks = capacity.length
  const most = new Int32Array(sessions.length * blocks)
  for (const [at, session] of sessions.entries())
    for (let block = 0; block < blocks; block += 1)
      most[at * blocks + block] = presentWattHours(need, session, block)
  const free = sessions.map((_, at) => sumOf(most, at, blocks))
  shareFuses(need, most)

  const wanted = new Int32Array(sessions.length)
  const shortfall = sessions.map(({ energyWattHours }, at) => {
    const needed = Math.max(0, Math.ceil(energyWattHours))
    const possible = sumOf(most, at, blocks)
    wanted[at] = Math.min(needed, possible)
    if (needed <= possible) return undefined
    const reason: ShortReason = needed > (free[at] ?? 0) ? 'TooLittleTime' : 'FuseTooSmall'
    return { wattHours: needed - possible, reason }
  })
  return { most, wanted, shortfall }
}

function presentWattHours({ from }: GroupNeed, session: GroupSession, block: number): number {
  const begins = Math.max(session.arrival, from + block * groupBlockMillis)
  const ends = Math.min(session.departure, from + (block + 1) * groupBlockMillis)
  return Math.max(0, Math.floor(((ends - begins) * session.maxWatts) / 3_600_000))
}

/**
 * Divides what a fuse leaves among those behind it, in each block, in proportion to the mean power that
 * each needs; whoever cannot use its part leaves it to the others. So no plan of theirs exceeds it.
 */
function shareFuses({ sessions, fuses, capacity }: GroupNeed, most: Int32Array): void {
  const blocks = capacity.length
  const behind = new Map<string, number[]>()
  for (const [at, { fuse }] of sessions.entries())
    if (fuse !== undefined) behind.set(fuse, [...(behind.get(fuse) ?? []), at])
  for (const [name, members] of behind) {
    const watts = fuses.get(name)
    assert(watts?.length === blocks, `fuse ${name} has watts for each block`)
    for (let block = 0; block < blocks; block += 1) {
      const place = (at: number): number => at * blocks + block
      const present = members
        .filter((at) => (most[place(at)] ?? 0) > 0)
        .map((at) => ({ at, can: most[place(at)] ?? 0, weight: meanWatts(sessions[at]) }))
        .sort((a, b) => a.can / a.weight - b.can / b.weight || a.at - b.at)
      let left = Math.max(0, Math.floor(((watts[block] ?? 0) * groupBlockMillis) / 3_600_000))
      let weight = present.reduce((sum, each) => sum + each.weight, 0)
      for (const each of present) {
        const got = Math.min(each.can, Math.floor((left * each.weight) / weight))
        most[place(each.at)] = got
        left -= got
        weight -= each.weight
      }
    }
  }
}

const meanWatts = (session: GroupSession | undefined): number =>
  session === undefined
    ? 1
    : Math.max(1, session.energyWattHours) /
      Math.max(1 / 60, (session.departure - session.arrival) / 3_600_000)

export function sumOf(values: Int32Array, row: number, blocks: number): number {
  let sum = 0
  for (let block = 0; block < blocks; block += 1) sum += values[row * blocks + block] ?? 0
  return sum
}
