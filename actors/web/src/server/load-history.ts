import { maySee, type Person } from './access.ts'
import type { LoadHistory } from '../shared/shapes.ts'
import type { UnseenRow } from './street.ts'

/** What the street drew while somebody watched, so that a page which comes back has its curve. */
export interface Loads {
  take(at: number, rows: readonly Pick<UnseenRow, 'stationId' | 'powerWatts'>[]): void
  /** Of the chargers that this person may see. */
  seenBy(person: Person): LoadHistory
}

const keptMax = 600

export function createLoads(): Loads {
  const kept: { at: number; watts: readonly (readonly [string, number])[] }[] = []
  return {
    take: (at, rows) => {
      if (at <= (kept.at(-1)?.at ?? Number.NEGATIVE_INFINITY)) return
      const watts = rows.map(({ stationId, powerWatts }) => [stationId, powerWatts] as const)
      kept.push({ at, watts })
      if (kept.length > keptMax) kept.shift()
    },
    seenBy: (person) =>
      kept.map(({ at, watts }) => ({
        at,
        watts: watts
          .filter(([station]) => maySee(person, station))
          .reduce((sum, [, each]) => sum + each, 0),
      })),
  }
}
