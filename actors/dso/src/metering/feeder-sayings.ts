import type { HalfHour, Load, Topic } from '@interlock/contract'
import { instant, toIso } from '@interlock/kernel'
import { openHeard, type Heard } from '@interlock/topics'
import type { Journal } from '@interlock/store'

/** What is said of feeders by topic: by providers of their chargers, by homes of themselves. */
export type FeederSayings = {
  readonly loads: Heard<Load>
  readonly halfHours: Heard<HalfHour>
  /** As it is shown for one feeder. */
  documentOf(group: string): object
  close(): void
}

const keptMax = {
  /** An hour, where a provider speaks twice a minute. */
  loads: 120,
  /** Ten days. */
  halfHours: 480,
} as const

export function openFeederSayings(options: {
  readonly openJournal: (name: string) => Journal
  /** Those that this operator reads. */
  readonly topics: readonly Topic[]
  readonly providerOf: (organisation: string) => string | undefined
}): FeederSayings {
  const { openJournal, topics, providerOf } = options
  const loads = openHeard<Load>(openJournal('loads'), keptMax.loads)
  const halfHours = openHeard<HalfHour>(openJournal('halfHours'), keptMax.halfHours)
  const topicsOf = (group: string, kind: Topic['kind']): readonly Topic[] =>
    topics.filter((topic) => topic.feeder === group && topic.kind === kind)

  return {
    loads,
    halfHours,
    documentOf: (group) => ({
      loads: topicsOf(group, 'load').flatMap((topic) => {
        const all = loads.of(topic).map(({ payload }) => payload)
        const last = all.toSorted((one, other) => one.at - other.at).at(-1)
        if (last === undefined) return []
        const { at, watts, chargers } = last
        return [{ provider: providerOf(topic.id), at: toIso(instant(at)), watts, chargers }]
      }),
      homes: topicsOf(group, 'halfHour').map((topic) => {
        const all = halfHours.of(topic)
        return { station: topic.id, records: all.length, latest: all.at(-1)?.payload ?? null }
      }),
    }),
    close() {
      loads.close()
      halfHours.close()
    },
  }
}
