import { createFairPlaces } from './fair-places.ts'
import { inPages } from './in-pages.ts'

/** The rows of one owner, page by page. */
export type Lane<Row> = {
  readonly name: string
  readonly page: (after: Row | undefined) => Promise<readonly Row[]>
}
export type Lanes<Row> = {
  /**
   * Works through those that are not open yet, beside those that are. It ends with what it has opened; a fault of
   * one lane is thrown once all have ended.
   */
  begin(lanes: readonly Lane<Row>[]): Promise<void>
}

/**
 * One pool for the rows of many owners. Each has a lane with a few places of the pool, so that whose rows are slow
 * holds those and no more, and leaves some to whoever comes next: see {@link createFairPlaces}.
 */
export function createLanes<Row>({
  work,
  atOnce,
  atOnceEach,
  isOver,
}: {
  readonly work: (row: Row) => Promise<void>
  readonly atOnce: number
  readonly atOnceEach: number
  readonly isOver: () => boolean
}): Lanes<Row> {
  const open = new Set<string>()
  const places = createFairPlaces(atOnce)
  const placedFor =
    (name: string) =>
    (row: Row): Promise<void> =>
      places(name)(() => (isOver() ? Promise.resolve() : work(row)))
  const through = async ({ name, page }: Lane<Row>): Promise<void> => {
    open.add(name)
    try {
      await inPages(page, placedFor(name), { atOnce: atOnceEach, isOver })
    } finally {
      open.delete(name)
    }
  }
  return {
    async begin(lanes) {
      const ends = await Promise.allSettled(
        lanes.filter(({ name }) => !open.has(name)).map(through),
      )
      const failed = ends.find((end) => end.status === 'rejected')
      if (failed !== undefined) throw failed.reason
    },
  }
}
