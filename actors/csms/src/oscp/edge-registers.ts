import type { Instant } from '@interlock/kernel'
import { groupBlockMillis } from '@interlock/power'

/** What a meter has counted at the edges between blocks, as far as its readings tell. */
export type EdgeRegisters = {
  /** In whatever order they come. */
  take(at: Instant, wattHours: number): void
  /** `undefined` where no reading is of that time, and those around it differ. */
  at(edge: Instant): number | undefined
}

/** A reading by the clock is of its edge, a timer's lateness included. */
const edgeMillis = 5_000
/** Between two readings that are no further apart nothing was drawn. */
const idleWattHours = 1
/** A day, and the block that runs. */
const blocksKept = 98

type Reading = { readonly at: Instant; readonly wattHours: number }

/** Keeps the first and the last reading of each block; others say nothing of an edge. */
export function createEdgeRegisters(): EdgeRegisters {
  const blocks = new Map<number, { readonly first: Reading; readonly last: Reading }>()
  const blockOf = (at: Instant): number => Math.floor(at / groupBlockMillis)
  return {
    take(at, wattHours) {
      const block = blockOf(at)
      const { first, last } = blocks.get(block) ?? {}
      const reading = { at, wattHours }
      blocks.set(block, {
        first: first === undefined || at < first.at ? reading : first,
        last: last === undefined || at >= last.at ? reading : last,
      })
      const newest = Math.max(...blocks.keys())
      for (const each of blocks.keys()) if (each <= newest - blocksKept) blocks.delete(each)
    },
    at(edge) {
      const block = blockOf(edge)
      const known = [...blocks.keys()]
      const after = blocks.get(Math.min(...known.filter((each) => each >= block)))?.first
      const before = blocks.get(Math.max(...known.filter((each) => each < block)))?.last
      if (after !== undefined && after.at - edge <= edgeMillis) return after.wattHours
      if (before !== undefined && edge - before.at <= edgeMillis) return before.wattHours
      if (after === undefined || before === undefined) return undefined
      const between = after.wattHours - before.wattHours
      return between >= 0 && between <= idleWattHours ? before.wattHours : undefined
    },
  }
}
