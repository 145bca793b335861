import { inTurn } from '@interlock/kernel'

/**
 * Works through rows that are read page by page, so that however many there are, no more are in memory than
 * one page and those that are worked on. The next page is read as soon as a place is free for its first row:
 * no page waits for the slowest row of the one before. A page begins after the last row of that, so what a
 * row comes to does not bring it back. After a fault nothing more begins, and it is thrown once what had
 * begun has ended.
 * @param page the next rows in their order; none ends it
 * @param atOnce how many are worked on side by side
 */
export async function inPages<Row>(
  page: (after: Row | undefined) => Promise<readonly Row[]>,
  work: (row: Row) => Promise<void>,
  { atOnce, isOver }: { readonly atOnce: number; readonly isOver: () => boolean },
): Promise<void> {
  let rows: readonly Row[] = []
  let at = 0
  let isEnded = false
  const turn = inTurn()
  const next = (): Promise<Row | undefined> =>
    turn(async () => {
      if (isEnded || isOver()) return undefined
      if (at === rows.length) {
        // Until there is one: a page that could not be read is not asked for again.
        isEnded = true
        rows = await page(rows.at(-1))
        at = 0
        isEnded = rows.length === 0
      }
      return isOver() ? undefined : rows[at++]
    })
  const worker = async (): Promise<void> => {
    try {
      for (let row = await next(); row !== undefined; row = await next()) await work(row)
    } catch (error) {
      isEnded = true
      throw error
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, worker))
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
