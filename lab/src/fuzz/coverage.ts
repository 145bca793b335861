import { Session } from 'node:inspector/promises'

/** Which of our code has run, by V8's own count of each block. */
export type Coverage = {
  /** Blocks that had never run before the last time this was asked. */
  fresh(): Promise<number>
  readonly blocks: number
  close(): Promise<void>
}

const ours = /\/(packages|actors)\//

export async function watchCoverage(): Promise<Coverage> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  const seen = new Set<string>()
  return {
    async fresh() {
      const { result } = await session.post('Profiler.takePreciseCoverage')
      const before = seen.size
      for (const { url, scriptId, functions } of result) {
        if (!ours.test(url) || url.includes('node_modules')) continue
        for (const { ranges } of functions)
          for (const { startOffset, endOffset, count } of ranges)
            if (count > 0) seen.add(`${scriptId} ${startOffset} ${endOffset}`)
      }
      return seen.size - before
    },
    get blocks() {
      return seen.size
    },
    async close() {
      await session.post('Profiler.stopPreciseCoverage')
      session.disconnect()
    },
  }
}
