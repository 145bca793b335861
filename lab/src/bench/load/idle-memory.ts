import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { compare, type Comparison } from '../rounds.ts'
import type { Place } from './client.ts'
import type { LoadStation } from './protocol.ts'
import type { Load } from './start-load.ts'

/** Each side opens its connections in so many parts, by turns. */
const parts = 6

/**
 * KiB of memory, live heap and all outside it, that one more connection takes at rest. Both servers are in this process, so
 * what else it holds falls on both alike.
 */
export async function idleMemory(
  load: Load,
  stations: readonly LoadStation[],
  places: Readonly<Record<'csms' | 'bare secure', Place>>,
): Promise<Comparison> {
  const size = Math.ceil(stations.length / parts)
  const rounds: { ours: number; bare: number }[] = []
  for (let part = 0; part < parts; part++) {
    const some = stations.slice(part * size, (part + 1) * size)
    const opened = async (name: 'csms' | 'bare secure'): Promise<number> => {
      const before = atRest()
      await load.open({ name, ...places[name], stations: some })
      return (await settled(before)) / 1024 / some.length
    }
    const first = await opened(part % 2 === 0 ? 'csms' : 'bare secure')
    const second = await opened(part % 2 === 0 ? 'bare secure' : 'csms')
    rounds.push(part % 2 === 0 ? { ours: first, bare: second } : { ours: second, bare: first })
  }
  // The first connections of a process also pay for what is made once. What the process gives back to
  // the system at some moment falls on one part only: hence the median.
  return compare(rounds.slice(1))
}

/** What the handshakes left behind has been collected. */
async function settled(before: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 300))
  return Math.max(1, atRest() - before)
}

/** Bytes that are live in the collected heap, and all that is resident outside it. */
function atRest(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  const { rss, heapTotal, heapUsed } = process.memoryUsage()
  return heapUsed + rss - heapTotal
}
