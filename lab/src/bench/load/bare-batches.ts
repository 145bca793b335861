/** Rows that came in during the last insert are inserted as one statement; no limits. */
export function bareBatches<Row>(
  insert: (rows: readonly Row[]) => Promise<void>,
): (row: Row) => Promise<void> {
  type Waiting = { readonly row: Row; resolve(): void; reject(cause: unknown): void }
  let queue: Waiting[] = []
  let writing = false
  const writeAll = async (): Promise<void> => {
    writing = true
    while (queue.length > 0) {
      const waiting = queue
      queue = []
      await insert(waiting.map(({ row }) => row)).then(
        () => waiting.forEach((each) => each.resolve()),
        (cause: unknown) => waiting.forEach((each) => each.reject(cause)),
      )
    }
    writing = false
  }
  return (row) =>
    new Promise((resolve, reject) => {
      queue.push({ row, resolve, reject })
      if (!writing) void writeAll()
    })
}
