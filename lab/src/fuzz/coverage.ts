import { Session } from 'node:inspector/promises'
import { lengthOf, overlap, without, type Interval } from './intervals.ts'

/** Places in our code: of each function, by script and offsets, some parts. */
export type Places = ReadonlyMap<string, readonly Interval[]>

/** Which of our code has run, by V8's own record of each block. */
export type Coverage = {
  /** What has run since anything was asked, and never before. */
  fresh(): Promise<Places>
  /** Those of these places that have run since anything was asked. */
  again(places: Places): Promise<Places>
  /** So many functions, and times that further parts of one ran, have been fresh. */
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

  /** Of each function that has run since this was asked, the whole and the parts that have not. */
  async function* ran(): AsyncGenerator<{ name: string; whole: Interval; idle: Interval[] }> {
    const { result } = await session.post('Profiler.takePreciseCoverage')
    for (const { url, scriptId, functions } of result) {
      if (!ours.test(url) || url.includes('node_modules')) continue
      for (const { ranges } of functions) {
        const [first, ...parts] = ranges
        if (first === undefined || first.count === 0) continue
        const { startOffset, endOffset } = first
        const idle = parts
          .filter(({ count }) => count === 0)
          .map((part): Interval => [part.startOffset, part.endOffset])
        yield {
          name: `${scriptId} ${startOffset} ${endOffset}`,
          whole: [startOffset, endOffset],
          idle,
        }
      }
    }
  }
  return {
    async fresh() {
      const places = new Map<string, readonly Interval[]>()
      for await (const { name, whole, idle } of ran()) {
        const before = asleep.get(name) ?? [whole]
        const awoken = without(before, idle)
        if (lengthOf(awoken) === 0) continue
        asleep.set(name, overlap(before, idle))
        places.set(name, awoken)
        blocks += 1
      }
      return places
    },
    async again(places) {
      const found = new Map<string, readonly Interval[]>()
      for await (const { name, idle } of ran()) {
        const parts = without(places.get(name) ?? [], idle)
        if (parts.length > 0) found.set(name, parts)
      }
      return found
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
