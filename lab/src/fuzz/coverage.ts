import { Session } from 'node:inspector/promises'
import { lengthOf, overlap, type Interval } from './intervals.ts'

/** Which of our code has run, by V8's own record of each block. */
export type Coverage = {
  /** Places that had never run before the last time this was asked. */
  fresh(): Promise<number>
  /** So many such places there have been: functions, and parts of functions. */
  readonly blocks: number
  close(): Promise<void>
}

const ours = /\/(packages|actors)\//

/**
 * V8 tells which functions have run since it was last asked, and which parts of them have not. How
 * often is not asked: then it forgets what it has told, and the code runs nearly as fast as without.
 */
export async function watchCoverage(): Promise<Coverage> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: true })
  /** Of each function that has run, the parts that never have. */
  const asleep = new Map<string, readonly Interval[]>()
  let blocks = 0

  const isFresh = (name: string, parts: readonly Interval[]): boolean => {
    const before = asleep.get(name)
    if (before === undefined) {
      asleep.set(name, parts)
      return true
    }
    if (before.length === 0) return false
    const still = overlap(before, parts)
    if (lengthOf(still) === lengthOf(before)) return false
    asleep.set(name, still)
    return true
  }
  return {
    async fresh() {
      const { result } = await session.post('Profiler.takePreciseCoverage')
      const before = blocks
      for (const { url, scriptId, functions } of result) {
        if (!ours.test(url) || url.includes('node_modules')) continue
        for (const { ranges } of functions) {
          const [whole, ...parts] = ranges
          if (whole === undefined || whole.count === 0) continue
          const name = `${scriptId} ${whole.startOffset} ${whole.endOffset}`
          const idle = parts
            .filter(({ count }) => count === 0)
            .map(({ startOffset, endOffset }): Interval => [startOffset, endOffset])
          if (isFresh(name, idle)) blocks += 1
        }
      }
      return blocks - before
    },
    get blocks() {
      return blocks
    },
    async close() {
      await session.post('Profiler.stopPreciseCoverage')
      session.disconnect()
    },
  }
}
