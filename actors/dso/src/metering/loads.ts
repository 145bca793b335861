import type { Load } from '@interlock/contract'
import type { Journal } from '@interlock/store'

/** What a provider said that its chargers on a feeder draw together, at one moment. */
export type HeardLoad = Load & {
  readonly group: string
  readonly provider: string
  /** Of its author on that topic. */
  readonly sequence: number
}

export type Loads = {
  /** False when it is held already, or older than all that is held. */
  take(load: HeardLoad): boolean
  /** The latest of each provider. */
  latest(group: string): readonly HeardLoad[]
  close(): void
}

/** Of each provider and feeder: an hour, where it speaks twice a minute. */
const keptMax = 120

/** What was said of each feeder, each message once, on the disk before it counts. */
export function openLoads(journal: Journal): Loads {
  /** By feeder and provider, ascending by sequence. */
  const held = new Map<string, readonly HeardLoad[]>()
  const keyOf = ({ group, provider }: HeardLoad): string => JSON.stringify([group, provider])
  const of = (load: HeardLoad): readonly HeardLoad[] => held.get(keyOf(load)) ?? []
  const apply = (load: HeardLoad): void => {
    const all = [...of(load), load].toSorted((one, other) => one.sequence - other.sequence)
    held.set(keyOf(load), all.slice(-keptMax))
  }
  const isNew = (load: HeardLoad): boolean => {
    const known = of(load)
    const [oldest] = known
    const isTooOld = known.length >= keptMax && load.sequence < (oldest?.sequence ?? 0)
    return !isTooOld && known.every(({ sequence }) => sequence !== load.sequence)
  }
  for (const entry of journal.entries()) apply(entry as HeardLoad)

  return {
    take(load) {
      if (!isNew(load)) return false
      journal.append(load)
      apply(load)
      if (journal.isLong) journal.rewrite([...held.values()].flat())
      return true
    },
    latest: (group) =>
      [...held.values()].flatMap((all) => {
        const last = all.at(-1)
        return last?.group === group ? [last] : []
      }),
    close: () => journal.close(),
  }
}
