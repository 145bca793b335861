import type { Carrier, Position } from './carrier.ts'
import { keptCarrier, type KeptCarrierOptions, type KeptLog, type ToKeep } from './kept-carrier.ts'

export type InProcessCarrierOptions = Pick<KeptCarrierOptions, 'clock' | 'keptMax'>

/** The carrier of one process: everything in memory, for the demo and the tests. */
export const inProcessCarrier = (options: InProcessCarrierOptions): Carrier =>
  keptCarrier({ ...options, openLog: memoryLog })

function memoryLog(): KeptLog {
  let kept: ToKeep[] = []
  let first = 1
  const ids = new Map<string, Position>()
  return {
    get first() {
      return first
    },
    get count() {
      return kept.length
    },
    positionOf: (id) => ids.get(id),
    append: (some) =>
      some.map((each) => {
        const at = (first + kept.length) as Position
        kept.push(each)
        ids.set(each.id, at)
        return at
      }),
    topicAt: (at) => kept[at - first]?.topic,
    messageAt(at) {
      const found = kept[at - first]
      if (found === undefined) throw new Error(`nothing is kept at ${at}`)
      return structuredClone(found.message)
    },
    forget(now) {
      let gone = kept.findIndex(({ until }) => until > now)
      if (gone < 0) gone = kept.length
      for (const { id } of kept.splice(0, gone)) ids.delete(id)
      first += gone
    },
    close: () => {},
  }
}
