/**
 * Works through rows that are read page by page, so that however many there are no more than one page is in
 * memory. A page begins after the last row of the one before: what a row comes to does not bring it back.
 * @param page the next rows in their order; none ends it
 * @param atOnce how many are worked on side by side
 */
export async function inPages<Row>(
  page: (after: Row | undefined) => Promise<readonly Row[]>,
  work: (row: Row) => Promise<void>,
  { atOnce, isOver }: { readonly atOnce: number; readonly isOver: () => boolean },
): Promise<void> {
  let rows = await page(undefined)
  while (rows.length > 0 && !isOver()) {
    const left = rows.values()
    const worker = async (): Promise<void> => {
      for (const row of left) {
        if (isOver()) return
        await work(row)
      }
    }
    await Promise.all(Array.from({ length: Math.min(atOnce, rows.length) }, worker))
    rows = await page(rows.at(-1))
  }
}
